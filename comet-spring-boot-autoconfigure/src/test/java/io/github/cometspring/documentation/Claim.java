package io.github.cometspring.documentation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.github.cometspring.testing.Document;

/**
 * A part of a document that says something: a row of a table, an item of a list, or a
 * paragraph.
 *
 * @param place the document and the line
 * @param kind what it is
 * @param text the text with its comments
 * @param next the line that follows, if any
 */
record Claim(String place, Kind kind, String text, String next) {

	private static final Pattern ITEM = Pattern.compile("(- |\\d+\\. ).*");

	private static final Pattern SEPARATOR = Pattern.compile("\\|[ :|-]+\\|");

	/** The claims of a document, in their order. */
	static List<Claim> in(Document document) {
		List<Claim> claims = new ArrayList<>();
		List<String> lines = document.text().lines().toList();
		int i = 0;
		while (i < lines.size()) {
			String line = lines.get(i);
			int begin = i;
			if (line.startsWith("```")) {
				i = endOfCode(lines, i);
			}
			else if (line.startsWith("|")) {
				boolean head = i + 1 < lines.size() && SEPARATOR.matcher(lines.get(i + 1)).matches();
				if (!head && !SEPARATOR.matcher(line).matches()) {
					claims.add(new Claim(place(document, begin), Kind.ROW, line, ""));
				}
				i++;
			}
			else if (line.isBlank() || line.startsWith("#") || line.startsWith("![")) {
				i++;
			}
			else {
				i++;
				while (i < lines.size() && goesOn(lines.get(i))) {
					i++;
				}
				String text = String.join(" ", lines.subList(begin, i));
				claims.add(new Claim(place(document, begin), ITEM.matcher(line).matches() ? Kind.ITEM : Kind.PARAGRAPH,
						text, next(lines, i)));
			}
		}
		return claims;
	}

	private static int endOfCode(List<String> lines, int begin) {
		int end = begin + 1;
		while (!lines.get(end).startsWith("```")) {
			end++;
		}
		return end + 1;
	}

	private static boolean goesOn(String line) {
		return !line.isBlank() && !line.startsWith("|") && !line.startsWith("#") && !line.startsWith("```")
				&& !ITEM.matcher(line).matches();
	}

	private static String next(List<String> lines, int after) {
		return lines.stream().skip(after).filter((line) -> !line.isBlank()).findFirst().orElse("");
	}

	private static String place(Document document, int line) {
		return "%s:%d".formatted(document.path(), line + 1);
	}

	/**
	 * Whether the text only introduces what follows: a list, a table or a block of code,
	 * whose parts have tests of their own.
	 */
	boolean isIntroduction() {
		return this.kind != Kind.ROW && (this.text.endsWith(":") || this.next.startsWith("```"));
	}

	/** Whether the text says that nobody has run what it describes. */
	boolean isUntested() {
		return this.text.contains("Not run by us");
	}

	@Override
	public String toString() {
		return this.place + ": " + this.text;
	}

	/** What a claim is in Markdown. */
	enum Kind {

		ROW, ITEM, PARAGRAPH

	}

}
