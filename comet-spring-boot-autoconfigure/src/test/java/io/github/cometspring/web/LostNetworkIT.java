package io.github.cometspring.web;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.cometspring.channel.Outcome;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.Requirement;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client whose network is lost, so that the server gets neither data nor an end of the
 * connection. The client is in a network namespace of its own, whose link is taken down.
 * Needs Linux, its {@code ip}, and root.
 */
@OneNodeOnly("The client comes from another network, straight to one server")
@AlsoOnIoUring
class LostNetworkIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String SPACE = "comet" + ProcessHandle.current().pid() % 10_000;

	private static final String HERE = SPACE + "a";

	private static final String THERE = SPACE + "b";

	// Avoids the addresses of an earlier run that was killed and left its network behind.
	private static final String SUBNET = "10.213." + ProcessHandle.current().pid() % 250 + ".";

	private static final String ADDRESS = SUBNET + "1";

	@RegisterExtension
	static final ServedClass comet = new ServedClass("comet.heartbeat=500ms", "comet.write-timeout=1s",
			"server.address=0.0.0.0");

	private Process client;

	@BeforeEach
	void createNetwork() throws IOException, InterruptedException {
		Requirement.requireRoot();
		Requirement.requireProgram("ip");
		boolean possible = run("ip", "netns", "add", SPACE)
				&& run("ip", "link", "add", HERE, "type", "veth", "peer", "name", THERE, "netns", SPACE)
				&& run("ip", "address", "add", ADDRESS + "/30", "dev", HERE) && run("ip", "link", "set", HERE, "up")
				&& runThere("ip", "address", "add", SUBNET + "2/30", "dev", THERE)
				&& runThere("ip", "link", "set", THERE, "up");
		if (!possible) {
			// The root user of a container may not be allowed to do this.
			System.out.println("This machine makes no networks: no cable is pulled");
			Assumptions.abort("no network of its own for the client");
		}
		assertThat(InetAddress.getByName(ADDRESS).isReachable(1000)).isTrue();
	}

	@AfterEach
	void deleteNetwork() throws IOException, InterruptedException {
		if (this.client != null) {
			this.client.destroyForcibly();
		}
		// The link goes first, as the namespace deletes it only after some time.
		run("ip", "link", "delete", HERE);
		run("ip", "netns", "delete", SPACE);
	}

	private static boolean run(String... command) throws IOException, InterruptedException {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
			return process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
		}
		catch (IOException ex) {
			// There is no such command.
			return false;
		}
	}

	private static List<String> there(String... command) {
		return Stream.concat(Stream.of("ip", "netns", "exec", SPACE), Stream.of(command)).toList();
	}

	private static boolean runThere(String... command) throws IOException, InterruptedException {
		return run(there(command).toArray(String[]::new));
	}

	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "SSE", "WEBSOCKET" })
	void clientWhenItsNetworkIsLostShouldNotBeCountedForLong(Transport transport)
			throws IOException, InterruptedException {
		String request = (transport == Transport.SSE)
				? "GET /comet?channel=%s HTTP/1.1\\r\\nHost: x\\r\\nAccept: text/event-stream\\r\\n\\r\\n"
					.formatted(comet.name())
				: "GET /comet HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
						+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n";
		String script = "exec 3<>/dev/tcp/%s/%d; printf '%s' >&3; cat <&3 >/dev/null".formatted(ADDRESS, comet.port(),
				request);
		this.client = new ProcessBuilder(there("bash", "-c", script)).start();
		Await.until(() -> connections(transport) == 1);
		assertThat(runThere("ip", "link", "set", THERE, "down")).isTrue();
		Await.until(() -> connections(transport) == 0 && comet.channel().subscribers() == 0);
		Outcome outcome = Objects.requireNonNull(comet.channel().deliver("late").block(PATIENCE));
		assertThat(outcome.delivered()).isZero();
	}

	private static int connections(Transport transport) {
		return comet.server().connections(transport);
	}

}
