package io.github.cometspring.documentation;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles files as a reader's project does, with the class path of the tests.
 */
final class JavaCompilation {

	private JavaCompilation() {
	}

	/**
	 * Compiles files.
	 * @param files the files
	 * @param classes the folder for the classes
	 * @return what the compiler had to say against them
	 */
	static String compile(List<Path> files, Path classes) {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		StringWriter words = new StringWriter();
		try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
			// With the names of parameters, as Spring Boot's parent has it
			List<String> options = List.of("-proc:none", "-parameters", "-d", classes.toString(), "-cp",
					System.getProperty("java.class.path"));
			boolean compiled = compiler
				.getTask(words, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
				.call();
			return compiled ? "" : words.toString();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
