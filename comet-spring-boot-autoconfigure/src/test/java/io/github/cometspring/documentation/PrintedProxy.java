package io.github.cometspring.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.Certificate;
import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.Requirement;
import io.github.cometspring.testing.ReservedPort;

/**
 * A proxy that runs with the configuration that the documents print. Only the ports and
 * the folders are those of the test.
 */
final class PrintedProxy implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	/**
	 * What nginx needs around a block of the context {@code http}, to run beside others.
	 */
	private static final String NGINX = """
			daemon off;
			worker_processes 1;
			pid %1$s/pid;
			events {
				worker_connections 1024;
			}
			http {
				client_body_temp_path %1$s/body;
				proxy_temp_path %1$s/proxy;
				fastcgi_temp_path %1$s/fastcgi;
				uwsgi_temp_path %1$s/uwsgi;
				scgi_temp_path %1$s/scgi;
				%2$s
			}
			""";

	private final Path folder;

	private final ReservedPort port;

	private final Process process;

	private PrintedProxy(Path folder, ReservedPort port, Process process) {
		this.folder = folder;
		this.port = port;
		this.process = process;
	}

	/**
	 * Starts a proxy. The test is skipped if the program is missing.
	 * @param kind which one
	 * @param server the port of the server
	 * @param folder a folder of the test's own, for all that the proxy writes
	 */
	static PrintedProxy start(Kind kind, int server, Path folder) throws IOException {
		Requirement.requireProgram(kind.program());
		Certificate.in(folder).writePem(folder.resolve("push.pem"));
		ReservedPort port = ReservedPort.any();
		String text = kind.printed()
			.text()
			.replace("127.0.0.1:8080", "127.0.0.1:" + server)
			.replace("listen 443 ", "listen 127.0.0.1:%d ".formatted(port.port()))
			.replace("bind :443 ", "bind 127.0.0.1:%d ".formatted(port.port()))
			.replace("/etc/ssl", folder.toString())
			.replace("/var/log/nginx", folder.toString());
		Path file = Files.writeString(folder.resolve("configuration"),
				(kind == Kind.NGINX) ? NGINX.formatted(folder, text) : text);
		Process process = new ProcessBuilder(kind.command(folder, file)).redirectErrorStream(true)
			.redirectOutput(folder.resolve("output").toFile())
			.start();
		PrintedProxy proxy = new PrintedProxy(folder, port, process);
		try {
			Await.within(PATIENCE, () -> !process.isAlive() || proxy.isListening());
			if (!process.isAlive()) {
				throw new AssertionError(Files.readString(folder.resolve("output")));
			}
			return proxy;
		}
		catch (RuntimeException | Error ex) {
			proxy.close();
			throw ex;
		}
	}

	private boolean isListening() {
		try {
			RawConnection.open(port()).close();
			return true;
		}
		catch (UncheckedIOException ex) {
			return false;
		}
	}

	int port() {
		return this.port.port();
	}

	/** What the proxy has logged of requests. */
	String accessLog() throws IOException {
		return Files.readString(this.folder.resolve("push.log"));
	}

	@Override
	public void close() {
		this.process.destroy();
		this.process.onExit().join();
		this.port.close();
	}

	/** A program for which a document prints a configuration. */
	enum Kind {

		NGINX, HAPROXY;

		private String program() {
			return (this == NGINX) ? "nginx" : "haproxy";
		}

		/** The block of code of this proxy. */
		CodeBlock printed() {
			try {
				return Document.of("deployment.md")
					.blocks()
					.stream()
					.filter((block) -> block.language().equals(program()))
					.findFirst()
					.orElseThrow();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private List<String> command(Path folder, Path file) {
			String program = Requirement.find(program());
			return (this == NGINX) ? List.of(program, "-e", "stderr", "-p", folder.toString(), "-c", file.toString())
					: List.of(program, "-db", "-f", file.toString());
		}

	}

}
