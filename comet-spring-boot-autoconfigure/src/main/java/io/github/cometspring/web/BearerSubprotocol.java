package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.Base64Url;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/**
 * The subprotocols that a WebSocket offers, and the bearer token among them: the page of
 * a browser cannot set a header, so it sends its token in this way (protocol, section 9).
 */
final class BearerSubprotocol {

	private static final String PREFIX = "comet.bearer.";

	private static final int DELETE = 0x7F;

	private final List<String> others = new ArrayList<>();

	private @Nullable String token;

	private BearerSubprotocol() {
	}

	/**
	 * Reads the subprotocols of a handshake.
	 * @param lines the values of the header, each a list
	 * @return what the client offers
	 * @throws RefusedRequestException if there are several tokens, or one that is
	 * malformed; the exception does not contain it
	 */
	static BearerSubprotocol read(List<String> lines) {
		BearerSubprotocol offer = new BearerSubprotocol();
		for (String line : lines) {
			for (String protocol : line.split(",")) {
				offer.add(protocol.strip());
			}
		}
		return offer;
	}

	private void add(String protocol) {
		if (!protocol.startsWith(PREFIX)) {
			this.others.add(protocol);
		}
		else if (this.token != null) {
			throw refused("Offer one token only");
		}
		else {
			this.token = decode(protocol.substring(PREFIX.length()));
		}
	}

	private static String decode(String encoded) {
		byte[] bytes = Base64Url.decode(encoded);
		if (bytes == null || bytes.length == 0) {
			throw refused("The token in the subprotocol is not in base64url without padding");
		}
		for (byte each : bytes) {
			// Line ends would add headers. Bytes above 0x7F are negative.
			if (each <= ' ' || each == DELETE) {
				throw refused("The token in the subprotocol has characters that are not allowed in a header");
			}
		}
		return new String(bytes, StandardCharsets.US_ASCII);
	}

	private static RefusedRequestException refused(String sentence) {
		return new RefusedRequestException(HttpStatus.BAD_REQUEST, sentence);
	}

	/**
	 * The token.
	 * @return the token, which can stand in a header, or {@code null} for none
	 */
	@Nullable String token() {
		return this.token;
	}

	/**
	 * The other subprotocols.
	 * @return the value of the header without the token, perhaps empty
	 */
	String others() {
		return String.join(", ", this.others);
	}

}
