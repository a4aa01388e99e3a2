package io.github.cometspring.actuate;

import java.util.List;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OptionalLogin;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The lines about commands, which say who has given them.
 */
class CommandLogIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private int before;

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { OptionalLogin.class },
				"management.endpoints.web.exposure.include=comet,cometchannels",
				"server.forward-headers-strategy=framework");
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void count() {
		this.before = log.ownMessages().size();
	}

	@Test
	void commandShouldBeLoggedWithUserAndAddress() {
		assertThat(command("/deactivate", Users.login("ada")).status()).isEqualTo(200);
		assertThat(command("/activate", Users.login("bob"), "X-Forwarded-For: 192.0.2.1").status()).isEqualTo(200);
		assertThat(lines()).containsExactly(line("deactivate given by user 'ada' at loopback"),
				line("activate given by user 'bob' at '192.0.2.1'"));
	}

	@Test
	void commandWhenNobodyIsLoggedInShouldBeLoggedWithAddress() {
		command("/set_timeout/30/KILL");
		command("/set_timeout/20");
		assertThat(lines()).containsExactly(line("set_timeout PT30S KILL given by loopback"),
				line("set_timeout PT20S given by loopback"));
	}

	@Test
	void addressFromOutsideShouldNotForgeALine() {
		command("/activate", "X-Forwarded-For: a'b\tc");
		assertThat(lines()).hasSize(1).allMatch((line) -> line.matches(".* given by (loopback|'[^'\t]*')"));
	}

	@Test
	void endOfAChannelShouldBeLoggedWithoutItsId() {
		server.create("secret");
		for (int i = 0; i < 2; i++) {
			try (RawConnection operator = RawConnection.open(server.port())) {
				operator.request("DELETE", "/actuator/cometchannels/secret", null, "", Users.login("ada")).read();
			}
		}
		assertThat(lines()).containsExactly("INFO io.github.cometspring.actuate.CometChannelsEndpoint: "
				+ "A channel was closed by user 'ada' at loopback");
	}

	@Test
	void commandThatIsRefusedOrUnknownShouldNotBeLogged() {
		command("/stop");
		command("/set_timeout/never");
		assertThat(lines()).isEmpty();
	}

	@Test
	void commandOfTheApplicationShouldNotBeLogged() {
		server.control().activate().block();
		assertThat(lines()).isEmpty();
	}

	private List<String> lines() {
		List<String> all = log.ownMessages();
		return all.subList(this.before, all.size());
	}

	private static String line(String command) {
		return "INFO io.github.cometspring.actuate.CometOperations: Command " + command;
	}

	private static RawConnection.Answer command(String path, String... headers) {
		try (RawConnection operator = RawConnection.open(server.port())) {
			return operator.request("POST", "/actuator/comet" + path, null, "", headers).read();
		}
	}

}
