package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.ServerProcess;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that send many requests without waiting for answers cannot stop a server with
 * little memory, on any path.
 */
@SetsFastPath
class PipelinedRequestsIT {

	private static final List<String> LITTLE_MEMORY = List.of("-Xmx80m", "-XX:MaxDirectMemorySize=80m",
			"-XX:+UseSerialGC");

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	// Decoded, these take a megabyte for each connection.
	private static final String PILE = "GET / HTTP/1.1\r\n\r\n".repeat(3_400);

	private static final int CONNECTIONS = 150;

	private static final List<String> HELD = List.of(
			"POST /comet HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-ocsigen-comet\r\n"
					+ "Content-Length: 15\r\n\r\nregistration=c0",
			"GET /comet?channel=c0 HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n");

	// After this request the server reads with its largest buffer.
	private static final String LARGE = "POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 400000\r\n\r\n"
			+ "x".repeat(400_000);

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void serverWithLittleMemoryShouldGoOnServing(boolean fastPath) {
		try (ServerProcess server = ServerProcess.start(LITTLE_MEMORY, "comet.fast-path=" + fastPath,
				"comet.timeout=1h", "comet.shutdown.spread=0s", "spring.reactor.netty.shutdown-quiet-period=0s",
				"logging.level.root=warn")) {
			for (String held : HELD) {
				attack(server.port(), held);
			}
			assertThat(server.terminate()).succeedsWithin(PATIENCE);
		}
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
