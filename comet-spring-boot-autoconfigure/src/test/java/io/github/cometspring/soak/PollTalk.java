package io.github.cometspring.soak;

import java.util.List;

import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Polls, one after the other on the same connection.
 */
final class PollTalk extends Talk {

	private static final String ENDED = "ENDED_CHANNEL";

	private final boolean legacy;

	private Head head = new Head();

	PollTalk(Transport transport, Audience audience) {
		super(audience);
		this.legacy = transport == Transport.LEGACY;
	}

	@Override
	void ask(Link link, List<String> channels, @Nullable String cursor, String headers) {
		String body = this.legacy ? "registration=" + String.join("%0A", channels) : json("channels", channels, cursor);
		link.send("POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
				+ (this.legacy ? "application/x-ocsigen-comet" : "application/json") + "\r\nContent-Length: "
				+ body.length() + "\r\n" + ((this.legacy && cursor != null) ? "Comet-Cursor: " + cursor + "\r\n" : "")
				+ headers + "\r\n" + body);
	}

	@Override
	void read(Link link, Inbox in) {
		while (this.head.read(in)) {
			String length = this.head.header("content-length");
			int size = (length != null) ? Integer.parseInt(length) : 0;
			if (in.size() < size) {
				return;
			}
			Head head = this.head;
			this.head = new Head();
			String body = in.text(size);
			if (head.status() != 200) {
				audience().over(head.status());
				return;
			}
			if (this.legacy) {
				tellEntries(head, body);
			}
			else {
				tell(parse(body));
			}
			audience().answered();
			if (link.isOver()) {
				return;
			}
		}
	}

	private void tellEntries(Head head, String body) {
		String gaps = head.header("comet-gap");
		if (gaps != null) {
			for (String gap : gaps.split(",")) {
				audience().gap(gap.strip());
			}
		}
		for (String entry : body.isEmpty() ? new String[0] : body.split("\n")) {
			int colon = entry.indexOf(':');
			String channel = entry.substring(0, colon);
			String data = entry.substring(colon + 1);
			if (data.equals(ENDED)) {
				audience().ended(channel);
			}
			else {
				audience().message(channel, data);
			}
		}
		String cursor = head.header("comet-cursor");
		if (cursor != null) {
			audience().cursor(cursor);
		}
	}

}
