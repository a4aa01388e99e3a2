package io.github.cometspring.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The files that this project is made of, without what it builds. The folders that are
 * built are not looked into, since files in them come and go while tests run.
 */
public final class ProjectFiles {

	private static final Set<String> BUILT = Set.of("target", "node_modules", ".git", ".idea");

	private static final List<Path> ALL = find();

	private ProjectFiles() {
	}

	/**
	 * All files.
	 * @return their paths, in their order
	 */
	public static List<Path> all() {
		return ALL;
	}

	/**
	 * The files of a name.
	 * @param ending the name, or its end
	 * @return their paths, in their order
	 */
	public static List<Path> endingWith(String ending) {
		return ALL.stream().filter((file) -> file.getFileName().toString().endsWith(ending)).toList();
	}

	/**
	 * Reads the only file of a name.
	 * @param name the name
	 * @return the text
	 */
	public static String read(String name) {
		Path found = ALL.stream()
			.filter((file) -> file.endsWith(name))
			.findFirst()
			.orElseThrow(() -> new AssertionError("There is no " + name));
		return read(found);
	}

	/**
	 * Reads a file.
	 * @param file the path
	 * @return the text
	 */
	public static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(file.toString(), ex);
		}
	}

	private static List<Path> find() {
		List<Path> files = new ArrayList<>();
		try {
			Files.walkFileTree(Document.ROOT, new SimpleFileVisitor<>() {

				@Override
				public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
					return BUILT.contains(folder.getFileName().toString()) ? FileVisitResult.SKIP_SUBTREE
							: FileVisitResult.CONTINUE;
				}

				@Override
				public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
					files.add(file);
					return FileVisitResult.CONTINUE;
				}

			});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return files.stream().sorted().toList();
	}

}
