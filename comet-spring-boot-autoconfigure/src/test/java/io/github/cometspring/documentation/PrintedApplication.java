package io.github.cometspring.documentation;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that a document prints, made of nothing but the printed files. Its
 * dependencies are those of these tests.
 */
final class PrintedApplication implements AutoCloseable {

	private final Path project;

	private final List<CodeBlock> files;

	private final Path resources;

	private URLClassLoader classes;

	private ConfigurableApplicationContext context;

	/**
	 * Writes the files.
	 * @param document the document
	 * @param project the folder of the reader's project
	 */
	PrintedApplication(Document document, Path project) throws IOException {
		this.project = project;
		this.files = document.blocks().stream().filter((block) -> block.file().isPresent()).toList();
		this.resources = project.resolve("src/main/resources");
		for (CodeBlock block : this.files) {
			Path file = project.resolve(block.file().orElseThrow());
			Files.createDirectories(file.getParent());
			Files.writeString(file, block.text());
		}
	}

	List<CodeBlock> files() {
		return this.files;
	}

	/**
	 * Compiles and starts the application on a free port.
	 * @param arguments what a reader might type on the command line
	 */
	void start(String... arguments) throws IOException, ClassNotFoundException {
		Path source = this.files.stream()
			.filter((block) -> block.language().equals("java"))
			.map((block) -> this.project.resolve(block.file().orElseThrow()))
			.findFirst()
			.orElseThrow();
		assertThat(JavaCompilation.compile(List.of(source), this.resources)).isEmpty();
		this.classes = new URLClassLoader(new URL[] { this.resources.toUri().toURL() },
				PrintedApplication.class.getClassLoader());
		String main = this.project.resolve("src/main/java").relativize(source).toString();
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		thread.setContextClassLoader(this.classes);
		try {
			SpringApplication application = new SpringApplication(new DefaultResourceLoader(this.classes),
					this.classes.loadClass(main.replace(".java", "").replace('/', '.').replace('\\', '.')));
			application.setRegisterShutdownHook(false);
			this.context = application.run(arguments);
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	int port() {
		return this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	@Override
	public void close() throws IOException {
		if (this.context != null) {
			this.context.close();
		}
		if (this.classes != null) {
			this.classes.close();
		}
	}

}
