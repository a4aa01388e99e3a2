package io.github.cometspring.actuate;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.Requirement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests which users of this machine may send commands if the application sets no
 * exposure.
 */
class OtherUserIT {

	private static final String COMMAND = "/actuator/comet/deactivate";

	private static final int ROOT = 0;

	private static final int SOMEBODY = 65533;

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	@TempDir
	Path directory;

	@BeforeAll
	static void start() {
		server = CometServer.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void activate() {
		server.control().activate().block();
	}

	@Test
	void commandWhenFromRootShouldPass() {
		Requirement.requireRoot();
		Requirement.requireProgram("setpriv");
		Requirement.requireProgram("bash");
		assertThat(OtherUser.send(ROOT, server.port(), request())).startsWith("HTTP/1.1 200 ");
		assertThat(server.control().isActive()).isFalse();
	}

	@Test
	void commandWhenFromAnotherUserShouldBeRefused() {
		Requirement.requireRoot();
		Requirement.requireProgram("setpriv");
		Requirement.requireProgram("bash");
		assertThat(OtherUser.send(SOMEBODY, server.port(), request())).startsWith("HTTP/1.1 403 ")
			.contains("user of this machine");
		assertThat(server.control().isActive()).isTrue();
	}

	private static String request() {
		return "POST " + COMMAND + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	}

	/**
	 * A proxy whose configuration does no more than forward requests.
	 */
	@ParameterizedTest
	@ValueSource(
			strings = { "", "proxy_http_version 1.1;", "proxy_http_version 1.1; proxy_set_header Host localhost;" })
	void commandWhenThroughNginxShouldBeRefused(String settings) throws IOException {
		Requirement.requireRoot();
		Requirement.requireProgram("nginx");
		int port = freePort();
		Path configuration = Files.writeString(this.directory.resolve("nginx.conf"), """
				daemon off;
				pid %1$s/pid;
				events {}
				http {
					access_log off;
					server {
						listen 127.0.0.1:%2$d;
						location / { proxy_pass http://127.0.0.1:%3$d; %4$s }
					}
				}
				""".formatted(this.directory, port, server.port(), settings));
		Process nginx = new ProcessBuilder(List.of(Requirement.find("nginx"), "-e", "stderr", "-p",
				this.directory.toString(), "-c", configuration.toString()))
			.redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("log").toFile())
			.start();
		try {
			Await.until(() -> isListening(port));
			Operator world = Operator.of(port);
			assertThat(world.send("GET", "/actuator/health", "", world.host()).status()).isEqualTo(200);
			assertThat(world.post(COMMAND).status()).isEqualTo(403);
			assertThat(world.post("/actuator/comet/set_timeout/0/KILL").status()).isEqualTo(403);
			assertThat(world.get("/actuator/comet").status()).isEqualTo(403);
			assertThat(server.control().isActive()).isTrue();
		}
		finally {
			nginx.destroy();
			nginx.onExit().join();
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static boolean isListening(int port) {
		try {
			RawConnection.open(port).close();
			return true;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

}
