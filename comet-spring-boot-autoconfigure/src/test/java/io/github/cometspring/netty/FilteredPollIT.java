package io.github.cometspring.netty;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.netty.FilteredServer.Asked;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.Login;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.ResponseCookie;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A poll behind Spring Security passes the filters although another came before it: where
 * it may be of another user, where that one was refused, and where the filters do not do
 * the same each time.
 */
@SetsFastPath
@OneNodeOnly("The requests that pass the filters of one node are counted")
class FilteredPollIT {

	@RegisterExtension
	static final FilteredServer comet = new FilteredServer("comet.login-max-age=1h");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final int POLLS = 4;

	/**
	 * Log-ins are not kept, or the application takes headers out of requests that the
	 * authorizer may want to see.
	 */
	private static final List<FilteredServer> WITHOUT_LOGINS = List.of(new FilteredServer("comet.login-max-age=0s"),
			new FilteredServer("server.forward-headers-strategy=framework"));

	// All end together, as they share their event loops, which end with the first.
	@BeforeAll
	static void start() {
		WITHOUT_LOGINS.forEach(FilteredServer::start);
	}

	@AfterAll
	static void stop() {
		WITHOUT_LOGINS.forEach(FilteredServer::close);
	}

	static Stream<FilteredServer> withoutLogins() {
		return WITHOUT_LOGINS.stream();
	}

	@Test
	void pollWithAnotherHeadShouldPassTheFilters() {
		try (RawConnection client = comet.connect()) {
			comet.deliver(client, Users.login("ada"));
			comet.deliver(client, Users.login("ada"), "X-Page: 7");
			comet.deliver(client, Users.login("bob"), "X-Page: 7");
			client.poll("registration=a");
			assertThat(client.read().status()).isEqualTo(401);
			comet.deliver(Transport.JSON, client, Users.login("bob"), "X-Page: 7");
		}
		assertThat(comet.passed()).isEqualTo(5);
		assertThat(comet.asked().stream().map(Asked::principal)).containsExactly("ada", "ada", "bob", "bob");
	}

	@Test
	void pollOnAnotherConnectionShouldPassTheFilters() {
		try (RawConnection one = comet.connect(); RawConnection other = comet.connect()) {
			comet.deliver(one, Users.login("ada"));
			comet.deliver(other, Users.login("ada"));
		}
		assertThat(comet.passed()).isEqualTo(2);
	}

	@Test
	void pollsInOnePieceShouldEachBeOfTheirUser() {
		Channel channel = comet.channel();
		try (RawConnection client = comet.connect()) {
			client.send(poll("ada") + poll("bob"));
			for (int i = 0; i < 2; i++) {
				Await.until(() -> channel.subscribers() == 1);
				channel.publish("m").block(PATIENCE);
				assertThat(client.read().status()).isEqualTo(200);
				Await.until(() -> channel.subscribers() == 0);
			}
			client.send(poll("ada"));
			Await.until(() -> channel.subscribers() == 1);
		}
		assertThat(comet.asked().stream().map(Asked::principal)).containsExactly("ada", "bob", "ada");
	}

	private static String poll(String user) {
		return "POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ocsigen-comet\r\n"
				+ Users.login(user) + "\r\nContent-Length: 14\r\n\r\nregistration=a";
	}

	@Test
	void pollThatIsForbiddenShouldBeRefused() {
		try (RawConnection client = comet.connect()) {
			comet.deliver(client, Users.login("guest"));
			// The server refuses it, and is asked again then.
			client.poll("registration=forbidden", Users.login("guest"));
			Answer refused = client.read();
			assertThat(refused.status()).isEqualTo(403);
			assertThat(refused.header("X-Frame-Options")).isEqualTo("DENY");
			assertThat(comet.deliver(client, Users.login("guest")).body()).contains("m");
		}
		assertThat(comet.passed()).isEqualTo(3);
	}

	@Test
	void pollAfterLogOutShouldBeRefused() {
		String cookie = Login.FORM.header("ada", comet.server().port());
		try (RawConnection client = comet.connect()) {
			comet.deliver(client, cookie);
			comet.deliver(client, cookie);
			assertThat(comet.passed()).isOne();
			try (RawConnection other = comet.connect()) {
				other.request("POST", "/logout", null, "", cookie).read();
			}
			client.poll("registration=a", cookie);
			assertThat(client.read().status()).isIn(302, 401);
		}
	}

	@Test
	void pollWhenHeadersDifferEachTimeShouldPassTheFilters() {
		comet.write((exchange) -> exchange.getResponse().getHeaders().set("X-Nonce", UUID.randomUUID().toString()));
		assertAllPass(comet);
	}

	@Test
	void pollWhenCookiesAreSetShouldPassTheFilters() {
		comet.write((exchange) -> exchange.getResponse().addCookie(ResponseCookie.from("seen", "yes").build()));
		assertAllPass(comet);
	}

	@ParameterizedTest
	@MethodSource("withoutLogins")
	void pollWhenLoginsAreNotKeptShouldPassTheFilters(FilteredServer server) {
		assertAllPass(server);
	}

	private static void assertAllPass(FilteredServer server) {
		try (RawConnection client = server.connect()) {
			for (int i = 0; i < POLLS; i++) {
				server.deliver(client, Users.login("ada"));
			}
		}
		assertThat(server.passed()).isEqualTo(POLLS);
	}

}
