package io.github.cometspring.channel;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Names with the same checksum. Cursors identify channels by it.
 */
public final class Collisions {

	private Collisions() {
	}

	/**
	 * Finds two names. Among some 80,000 checksums of 32 bits, two are probably equal.
	 * @return the names
	 */
	public static List<String> find() {
		Map<Long, String> names = new HashMap<>();
		for (int i = 0;; i++) {
			// Scattered, because checksums of names that differ in a few bits differ.
			String name = "room-" + Long.toUnsignedString(i * 0x9E3779B97F4A7C15L, 36);
			CRC32C checksum = new CRC32C();
			checksum.update(name.getBytes(StandardCharsets.UTF_8));
			String other = names.putIfAbsent(checksum.getValue(), name);
			if (other != null) {
				return List.of(other, name);
			}
		}
	}

}
