package io.github.cometspring.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An nginx of the test's own, on a free port. It gives requests to several servers in
 * turn, without stickiness.
 */
public final class Nginx implements AutoCloseable {

	private static final String PROGRAM = "nginx";

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final String CONFIGURATION = """
			daemon off;
			worker_processes 1;
			pid %1$s/pid;
			events {
				worker_connections 4096;
			}
			http {
				access_log off;
				client_body_temp_path %1$s/body;
				proxy_temp_path %1$s/proxy;
				fastcgi_temp_path %1$s/fastcgi;
				uwsgi_temp_path %1$s/uwsgi;
				scgi_temp_path %1$s/scgi;
				proxy_max_temp_file_size 0;
				map $http_upgrade $connection_upgrade {
					default upgrade;
					'' '';
				}
				upstream nodes {
					%3$s
				}
				server {
					listen 127.0.0.1:%2$d;
					location / {
						proxy_pass http://nodes;
						proxy_http_version 1.1;
						proxy_set_header Host $http_host;
						proxy_set_header Upgrade $http_upgrade;
						proxy_set_header Connection $connection_upgrade;
					}
				}
			}
			""";

	private final Path folder;

	private final ReservedPort port;

	private final Process process;

	private Nginx(Path folder, ReservedPort port, Process process) {
		this.folder = folder;
		this.port = port;
		this.process = process;
	}

	/**
	 * Starts nginx. The test is skipped if the program is missing.
	 * @param servers the ports of the servers
	 * @return nginx, to be closed
	 */
	public static Nginx start(List<Integer> servers) {
		Requirement.requireProgram(PROGRAM);
		try {
			Path folder = Files.createTempDirectory("comet-nginx");
			ReservedPort port = ReservedPort.any();
			String upstream = servers.stream()
				.map((server) -> "server 127.0.0.1:%d max_fails=0;".formatted(server))
				.collect(Collectors.joining(" "));
			Path file = Files.writeString(folder.resolve("nginx.conf"),
					CONFIGURATION.formatted(folder, port.port(), upstream));
			Process process = new ProcessBuilder(Requirement.find(PROGRAM), "-e", "stderr", "-p", folder.toString(),
					"-c", file.toString())
				.redirectErrorStream(true)
				.redirectOutput(folder.resolve("log").toFile())
				.start();
			Nginx nginx = new Nginx(folder, port, process);
			Await.within(PATIENCE, nginx::isListening);
			return nginx;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private boolean isListening() {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	public int port() {
		return this.port.port();
	}

	@Override
	public void close() {
		this.process.destroy();
		this.process.onExit().join();
		this.port.close();
		try (Stream<Path> files = Files.walk(this.folder)) {
			files.sorted(Comparator.reverseOrder()).forEach((file) -> file.toFile().delete());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
