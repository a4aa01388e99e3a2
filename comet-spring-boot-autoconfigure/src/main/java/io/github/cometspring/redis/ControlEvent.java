package io.github.cometspring.redis;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

import io.github.cometspring.control.CometCommand;
import org.jspecify.annotations.Nullable;

/**
 * The text of a command that is an event, as it is kept on Redis: words that are encoded
 * as in a URL.
 */
final class ControlEvent {

	private static final String DISCONNECT = "disconnect";

	private static final String REVOKE = "revoke";

	private ControlEvent() {
	}

	static String encode(CometCommand.OfUser command) {
		String user = encode(command.user());
		if (command instanceof CometCommand.Revoke revoke) {
			return REVOKE + " " + encode(revoke.channel()) + " " + user;
		}
		if (command instanceof CometCommand.Disconnect) {
			return DISCONNECT + " " + user;
		}
		throw new IllegalArgumentException("Unknown command: " + command);
	}

	private static String encode(String word) {
		return URLEncoder.encode(word, StandardCharsets.UTF_8);
	}

	/**
	 * Reads an event.
	 * @param text the text
	 * @return the command, or {@code null} if no node of this version wrote this
	 */
	static @Nullable CometCommand decode(String text) {
		String[] words = text.split(" ", -1);
		try {
			if (words.length == 2 && words[0].equals(DISCONNECT)) {
				return new CometCommand.Disconnect(decodeWord(words[1]));
			}
			return (words.length == 3 && words[0].equals(REVOKE))
					? new CometCommand.Revoke(decodeWord(words[1]), decodeWord(words[2])) : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static String decodeWord(String word) {
		return URLDecoder.decode(word, StandardCharsets.UTF_8);
	}

}
