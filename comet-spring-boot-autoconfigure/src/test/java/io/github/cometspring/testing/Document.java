package io.github.cometspring.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Markdown file of the project.
 *
 * @param path the path, relative to the root of the project
 * @param text the text
 */
public record Document(Path path, String text) {

	/** The root of the project. */
	public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");

	private static final Pattern SPAN = Pattern.compile("`([^`\\n]+)`");

	private static final Pattern SOURCE = Pattern.compile("`(src/main/[^`]+)`");

	/**
	 * Every document of the project.
	 * @return the documents
	 * @throws IOException if one cannot be read
	 */
	public static List<Document> all() throws IOException {
		List<Document> documents = new ArrayList<>();
		for (Path file : ProjectFiles.endingWith(".md")) {
			Path path = ROOT.relativize(file);
			if (!path.toString().matches("(.*/)?\\..*/.*")) {
				documents.add(read(path));
			}
		}
		return documents;
	}

	/**
	 * The README of the project.
	 * @return the document
	 * @throws IOException if it cannot be read
	 */
	public static Document readme() throws IOException {
		return read(Path.of("README.md"));
	}

	/**
	 * A document of the folder {@code docs}.
	 * @param name the name of the file
	 * @return the document
	 * @throws IOException if it cannot be read
	 */
	public static Document of(String name) throws IOException {
		return read(Path.of("docs", name));
	}

	/**
	 * A document of the project.
	 * @param path the path, relative to the root of the project
	 * @return the document
	 * @throws IOException if it cannot be read
	 */
	public static Document at(String path) throws IOException {
		return read(Path.of(path));
	}

	private static Document read(Path path) throws IOException {
		return new Document(path, Files.readString(ROOT.resolve(path)));
	}

	/**
	 * The blocks of code, in their order.
	 * @return the blocks
	 */
	public List<CodeBlock> blocks() {
		return BLOCK.matcher(this.text).results().map(this::block).toList();
	}

	private CodeBlock block(MatchResult match) {
		String before = this.text.substring(0, match.start());
		Matcher source = SOURCE.matcher(before.substring(before.stripTrailing().lastIndexOf("\n\n") + 1));
		Optional<Path> file = source.find() ? Optional.of(Path.of(source.group(1))) : Optional.empty();
		return new CodeBlock("%s:%d".formatted(this.path, 1 + before.lines().count()), match.group(1), match.group(2),
				file);
	}

	/**
	 * The code between single backticks, outside of the blocks.
	 * @return the spans
	 */
	public List<String> spans() {
		return SPAN.matcher(prose()).results().map((match) -> match.group(1)).toList();
	}

	/**
	 * All but the blocks of code.
	 * @return the text
	 */
	public String prose() {
		return BLOCK.matcher(this.text).replaceAll("");
	}

	@Override
	public String toString() {
		return this.path.toString();
	}

	/**
	 * A block of code.
	 *
	 * @param place the document and the line
	 * @param language the word after the backticks
	 * @param text the code
	 * @param file the file of the reader's project that the paragraph before it names
	 */
	public record CodeBlock(String place, String language, String text, Optional<Path> file) {

		@Override
		public String toString() {
			return this.place;
		}

	}

}
