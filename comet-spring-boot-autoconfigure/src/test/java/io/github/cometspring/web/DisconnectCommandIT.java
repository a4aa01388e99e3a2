package io.github.cometspring.web;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How the command is written by which an operator disconnects a user.
 */
@SetsFastPath
class DisconnectCommandIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private static Channel channel;

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { NamedUsers.class });
		channel = server.create("c");
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "ada", "a b", "ada@example.org", "Zo\u00EB", "a/b", "100%", "a;b", "..", "x?y#z", "\u6F22",
			"set_timeout" })
	void disconnectShouldTakeAnyName(String name) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=c", NamedUsers.header(name));
			Await.until(() -> channel.subscribers() == 1);
			String segment = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace(".", "%2E");
			assertThat(server.command("/disconnect/" + segment).status()).isEqualTo(200);
			assertThat(client.read().status()).isEqualTo(401);
			Await.until(() -> channel.subscribers() == 0);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/disconnect", "/disconnect/", "/disconnect/ada/bob", "/Disconnect/ada", "/revoke/c/ada" })
	void commandWhenItIsNoneShouldBe404(String path) {
		assertThat(server.command(path).status()).isEqualTo(404);
	}

}
