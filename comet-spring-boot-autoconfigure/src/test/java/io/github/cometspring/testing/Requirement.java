package io.github.cometspring.testing;

import java.io.File;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A program or right that a test needs on the machine. If it is missing, the test is
 * skipped with a message, or fails if the environment variable {@code CI} is set, so that
 * no build passes without the test.
 */
public final class Requirement {

	private static final boolean CI = System.getenv("CI") != null;

	private Requirement() {
	}

	/**
	 * Skips the test, or fails it, if something is missing.
	 * @param what what the test needs
	 * @param present whether it is there
	 */
	public static void require(String what, boolean present) {
		if (!present) {
			assertThat(CI).as("CI is set, and the machine lacks %s", what).isFalse();
			System.out.println("Tests are skipped that need " + what);
			Assumptions.abort(what);
		}
	}

	/**
	 * Skips the test, or fails it, if a program is missing.
	 * @param name the name of the program
	 */
	public static void requireProgram(String name) {
		require(name, find(name) != null);
	}

	/**
	 * Skips the test, or fails it, if it does not run as root.
	 */
	public static void requireRoot() {
		require("root's rights", "root".equals(System.getProperty("user.name")));
	}

	/**
	 * Finds a program.
	 * @param name its name
	 * @return its path, or {@code null} if there is none
	 */
	public static String find(String name) {
		// Not every user has the second folder on the path.
		return Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin"))
			.flatMap((directory) -> Stream.of(new File(directory, name), new File(directory, name + ".exe")))
			.filter(File::canExecute)
			.map(File::getPath)
			.findFirst()
			.orElse(null);
	}

}
