package io.github.cometspring.web;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that send many requests without waiting for answers cannot stop a server with
 * little memory, on any path.
 */
@SetsFastPath
class PipelinedRequestsIT {

	// Decoded, these take a megabyte for each connection.
	private static final String PILE = "GET / HTTP/1.1\r\n\r\n".repeat(3_400);

	private static final int CONNECTIONS = 150;

	private static final List<String> HELD = List.of(
			"POST /comet HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-ocsigen-comet\r\n"
					+ "Content-Length: 14\r\n\r\nregistration=a",
			"GET /comet?channel=a HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n");

	// After this request the server reads with its largest buffer.
	private static final String LARGE = "POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 400000\r\n\r\n"
			+ "x".repeat(400_000);

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void serverWithLittleMemoryShouldGoOnServing(boolean fastPath) throws IOException, InterruptedException {
		Process process = start(fastPath);
		try (BufferedReader output = process.inputReader()) {
			int port = port(output);
			for (String held : HELD) {
				attack(port, held);
			}
			process.destroy();
			assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static Process start(boolean fastPath) throws IOException {
		Path java = Path.of(System.getProperty("java.home"), "bin", "java");
		List<String> command = List.of(java.toString(), "-Xmx80m", "-XX:MaxDirectMemorySize=80m", "-XX:+UseSerialGC",
				"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
				SmallHeapServer.class.getName(), "comet.fast-path=" + fastPath, "comet.timeout=1h",
				"logging.level.root=warn");
		return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
	}

	private static int port(BufferedReader output) throws IOException {
		for (String line = output.readLine(); line != null; line = output.readLine()) {
			if (line.startsWith("PORT ")) {
				return Integer.parseInt(line.substring(5));
			}
		}
		throw new IllegalStateException("The server did not start");
	}

	private static void attack(int port, String held) {
		List<RawConnection> crowd = new ArrayList<>();
		try {
			for (int i = 0; i < CONNECTIONS; i++) {
				RawConnection client = RawConnection.open(port);
				crowd.add(client);
				client.send(LARGE).read();
				try {
					client.send(held + PILE);
				}
				catch (RuntimeException ex) {
					// The server has closed the connection.
				}
			}
			assertServed(port);
		}
		finally {
			for (RawConnection client : crowd) {
				client.close();
			}
		}
	}

	private static void assertServed(int port) {
		try (RawConnection client = RawConnection.open(port)) {
			assertThat(client.poll("registration=x").read().body()).isEqualTo("x:ENDED_CHANNEL");
		}
	}

}
