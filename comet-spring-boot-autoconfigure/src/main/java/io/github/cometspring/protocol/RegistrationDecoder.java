package io.github.cometspring.protocol;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the ids out of one request body of the legacy dialect (protocol, section 2). Work
 * and memory are linear in the body. Used once, by one thread.
 */
final class RegistrationDecoder {

	private static final String PARAMETER = "registration";

	private final byte[] body;

	private final FormText text;

	private final Set<String> ids = new LinkedHashSet<>();

	private RegistrationDecoder(byte[] body) {
		this.body = body;
		this.text = new FormText(body);
	}

	static List<String> decode(byte[] body) {
		return new RegistrationDecoder(body).decode();
	}

	private List<String> decode() {
		int from = 0;
		while (from < this.body.length) {
			int to = indexOf('&', from, this.body.length);
			decodeParameter(from, to);
			from = to + 1;
		}
		return List.copyOf(this.ids);
	}

	private void decodeParameter(int from, int to) {
		// On raw bytes: an escaped '&' or '=' is no separator (section 2, rule 4)
		int nameEnd = indexOf('=', from, to);
		if (isRegistration(from, nameEnd)) {
			addLines(this.text.decode(Math.min(nameEnd + 1, to), to).toString());
		}
	}

	private boolean isRegistration(int from, int to) {
		// A name of another length cannot be 'registration' and need not be decoded
		int length = to - from;
		return length >= PARAMETER.length() && length <= PARAMETER.length() * FormText.LONGEST_ESCAPE
				&& PARAMETER.contentEquals(this.text.decode(from, to));
	}

	private void addLines(String lines) {
		int from = 0;
		for (int lf = lines.indexOf('\n'); lf >= 0; lf = lines.indexOf('\n', from)) {
			boolean crlf = lf > from && lines.charAt(lf - 1) == '\r';
			addId(lines, from, crlf ? lf - 1 : lf);
			from = lf + 1;
		}
		addId(lines, from, lines.length());
	}

	private void addId(String lines, int from, int to) {
		if (from < to) {
			this.ids.add(lines.substring(from, to));
		}
	}

	private int indexOf(char wanted, int from, int to) {
		int i = from;
		while (i < to && this.body[i] != wanted) {
			i++;
		}
		return i;
	}

}
