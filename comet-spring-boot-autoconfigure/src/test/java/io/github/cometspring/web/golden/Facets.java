package io.github.cometspring.web.golden;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The observed behaviour of a server, by facet: the status, the body, the listeners, and
 * so on. A missing facet was not recorded.
 *
 * @param values the values by facet
 */
record Facets(Map<String, String> values) {

	private static final int LONGEST_BODY = 60;

	private static final int EXCERPT = 24;

	Facets() {
		this(new LinkedHashMap<>());
	}

	Facets with(String facet, Object value) {
		this.values.put(facet, String.valueOf(value));
		return this;
	}

	/**
	 * The facets that both have with different values.
	 */
	Set<String> differencesFrom(Facets other) {
		return this.values.keySet()
			.stream()
			.filter(other.values::containsKey)
			.filter((facet) -> !Objects.equals(this.values.get(facet), other.values.get(facet)))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/**
	 * Formats some of the facets for a cell of a table.
	 */
	String describe(Set<String> facets) {
		return this.values.entrySet()
			.stream()
			.filter((entry) -> facets.contains(entry.getKey()))
			.map((entry) -> entry.getKey() + (entry.getValue().isEmpty() ? " empty" : " `" + entry.getValue() + "`"))
			.collect(Collectors.joining(", "));
	}

	/**
	 * Formats the name of a channel for a cell of a table.
	 */
	static String channel(String name) {
		return name.isEmpty() ? "the empty name" : visible(name.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Formats bytes for a cell of a table, each one visible.
	 */
	static String visible(byte[] bytes) {
		StringBuilder text = new StringBuilder();
		for (byte b : bytes) {
			switch (b) {
				case '\n' -> text.append("\\n");
				case '\\' -> text.append("\\\\");
				default -> text
					.append((b >= ' ' && b < 0x7F && b != '|' && b != '`') ? (char) b : "\\x%02x".formatted(b & 0xFF));
			}
		}
		return (text.length() <= LONGEST_BODY) ? text.toString()
				: "%s … %s (%d bytes, %08x)".formatted(text.substring(0, EXCERPT),
						text.substring(text.length() - EXCERPT), bytes.length, Arrays.hashCode(bytes));
	}

}
