package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads the entries out of an answer of the legacy dialect (protocol, section 2).
 */
final class EntryDecoder {

	private EntryDecoder() {
	}

	static List<LegacyEntry> decode(byte[] body) {
		// Not lines(), which would also split at a CR
		String[] lines = new String(body, StandardCharsets.UTF_8).split("\n");
		return Stream.of(lines).filter((line) -> line.indexOf(':') >= 0).map(EntryDecoder::entry).toList();
	}

	private static LegacyEntry entry(String line) {
		int colon = line.indexOf(':');
		String channel = unescape(line.substring(0, colon));
		String data = line.substring(colon + 1);
		// Compared before unescaping: %45NDED_CHANNEL is a message
		return LegacyCodec.ENDED.equals(data) ? LegacyEntry.ended(channel)
				: LegacyEntry.message(channel, unescape(data));
	}

	private static String unescape(String written) {
		byte[] source = written.getBytes(StandardCharsets.UTF_8);
		byte[] bytes = new byte[source.length];
		int length = 0;
		int i = 0;
		while (i < source.length) {
			int octet = (source[i] == '%') ? HexDigits.parse(source, i + 1, source.length, 2) : -1;
			bytes[length++] = (octet >= 0) ? (byte) octet : source[i];
			i += (octet >= 0) ? 3 : 1;
		}
		return new String(bytes, 0, length, StandardCharsets.UTF_8);
	}

}
