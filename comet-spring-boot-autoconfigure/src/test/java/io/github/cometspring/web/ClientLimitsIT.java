package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.OptionalLogin;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.Users;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Limits of the connections of one address, and of one user.
 */
@SetsFastPath
@OneNodeOnly("The limits are of each node")
class ClientLimitsIT {

	private static final String[] NOBODY = {};

	private static final String NAMELESS = "nameless";

	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.RefusalLog");

	private final List<AutoCloseable> open = new ArrayList<>();

	private CometServer server;

	private Channel channel;

	@AfterEach
	void stop() throws Exception {
		for (AutoCloseable client : this.open) {
			client.close();
		}
		this.server.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void addressWhenItHasTooManyShouldBeRefusedInEveryDialectUntilSomeAreGivenBack(boolean fastPath) {
		start(new Class<?>[0], "comet.fast-path=" + fastPath, "comet.max-connections-per-address=3");
		for (int round = 0; round < 3; round++) {
			List<RawConnection> polls = hold(3, NOBODY);
			// The server does not believe this header.
			assertRefused("X-Forwarded-For: 192.0.2.1");
			this.channel.publish("next").block();
			polls.forEach((poll) -> assertThat(poll.read().status()).isEqualTo(200));
			awaitNobody();
		}
		try (RawEventStream stream = RawEventStream.open(this.server.port(), "channel=a");
				RawWebSocket socket = RawWebSocket.open(this.server.port());
				RawEventStream other = RawEventStream.open(this.server.port(), "channel=a")) {
			assertThat(stream.head().status()).isEqualTo(200);
			assertThat(other.head().status()).isEqualTo(200);
			assertThat(socket.send("{\"ping\":1}").text()).contains("pong");
			assertRefused();
		}
		awaitNobody();
		hold(3, NOBODY);
	}

	@ParameterizedTest
	@CsvSource({ "native,true", "native,false", "framework,true", "framework,false" })
	void addressShouldBeThatWhichSpringResolves(String strategy, boolean fastPath) {
		start(new Class<?>[0], "comet.fast-path=" + fastPath, "comet.max-connections-per-address=2",
				"server.forward-headers-strategy=" + strategy);
		hold(2, "X-Forwarded-For: 192.0.2.1");
		assertRefused("X-Forwarded-For: 192.0.2.1");
		hold(1, "X-Forwarded-For: 192.0.2.2");
		hold(1, "X-Forwarded-For: 2001:db8::1");
		hold(1, "X-Forwarded-For: 2001:db8::2:1");
		assertRefused("X-Forwarded-For: 2001:db8::3");
		hold(1, "X-Forwarded-For: 2001:db8:0:1::1");
		hold(2, NOBODY);
		assertRefused(NOBODY);
	}

	@ParameterizedTest
	@ValueSource(classes = { OptionalLogin.class, OwnLogin.class })
	void userWhenItHasTooManyShouldBeRefusedInEveryDialectUntilSomeAreGivenBack(Class<?> security) {
		start(new Class<?>[] { security }, "comet.max-connections-per-user=2");
		List<RawConnection> polls = hold(2, Users.login("ada"));
		assertRefused(Users.login("ada"));
		hold(2, Users.login("bob"));
		assertRefused(Users.login("bob"));
		// Those who are not logged in are nobody's.
		hold(5, NOBODY);
		polls.forEach(RawConnection::close);
		Await.until(() -> this.channel.subscribers() == 7);
		try (RawWebSocket socket = RawWebSocket.open(RawConnection.open(this.server.port()), Users.login("ada"));
				RawEventStream stream = RawEventStream.open(this.server.port(), "channel=a", Users.login("ada"))) {
			assertThat(socket.send("{\"subscribe\":[\"a\"]}").text()).contains("cursor");
			assertThat(socket.send("{\"unsubscribe\":[\"a\"],\"ping\":1}").text()).contains("\"pong\":1");
			assertThat(stream.head().status()).isEqualTo(200);
			assertRefused(Users.login("ada"));
		}
		Await.until(() -> this.channel.subscribers() == 7);
		Await.until(() -> this.server.connections(Transport.WEBSOCKET) == 0);
		hold(2, Users.login("ada"));
	}

	@Test
	void userWithoutNameShouldBeServedAndGiveItsPlaceBack() {
		start(new Class<?>[] { OwnLogin.class, PermittingAuthorizer.class }, "comet.max-connections-per-address=3",
				"comet.max-connections-per-user=1");
		for (int round = 0; round < 3; round++) {
			List<RawConnection> polls = hold(3, Users.login(NAMELESS));
			assertRefused(Users.login(NAMELESS));
			this.channel.publish("next").block();
			polls.forEach((poll) -> assertThat(poll.read().status()).isEqualTo(200));
			awaitNobody();
		}
	}

	private void start(Class<?>[] configuration, String... properties) {
		this.server = CometServer.start(configuration,
				Stream.concat(Stream.of("comet.timeout=1h"), Stream.of(properties)).toArray(String[]::new));
		this.channel = this.server.create("a");
	}

	private List<RawConnection> hold(int count, String... headers) {
		int before = this.channel.subscribers();
		List<RawConnection> polls = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			RawConnection client = RawConnection.open(this.server.port());
			this.open.add(client);
			polls.add((i % 2 == 0) ? client.poll("registration=a", headers)
					: client.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"]}", headers));
		}
		Await.until(() -> this.channel.subscribers() == before + count);
		return polls;
	}

	private void assertRefused(String... headers) {
		assertRefused(this.server.poll("registration=a", headers));
		assertRefused(RawEventStream.ask(this.server.port(), "channel=a", headers));
		try (RawConnection json = RawConnection.open(this.server.port());
				RawConnection socket = RawConnection.open(this.server.port())) {
			assertRefused(json.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"]}", headers).read());
			assertRefused(RawWebSocket.handshake(socket, headers));
		}
	}

	private static void assertRefused(Answer answer) {
		assertThat(answer.status()).isEqualTo(429);
		assertThat(answer.header("Retry-After")).matches("[1-5]");
		assertThat(answer.body()).contains("Too many connections");
	}

	private void awaitNobody() {
		for (Transport transport : Transport.values()) {
			Await.until(() -> this.server.connections(transport) == 0);
		}
	}

	/**
	 * Logs users in by a filter of the application.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnLogin {

		@Bean
		WebFilter login() {
			return (exchange, chain) -> {
				String header = exchange.getRequest().getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
				if (header == null) {
					return chain.filter(exchange);
				}
				byte[] credentials = Base64.getDecoder().decode(header.substring("Basic ".length()));
				String name = new String(credentials, StandardCharsets.UTF_8).split(":")[0];
				Principal user = new Named(name.equals(NAMELESS) ? null : name);
				return chain.filter(exchange.mutate().principal(Mono.just(user)).build());
			};
		}

	}

	/**
	 * Permits everything.
	 */
	@Configuration(proxyBeanMethods = false)
	static class PermittingAuthorizer {

		@Bean
		ChannelAuthorizer authorizer() {
			return (principal, channel) -> Mono.just(true);
		}

	}

	/**
	 * A user, who has no name if the token of a resource server names no subject.
	 *
	 * @param name the name
	 */
	private record Named(@Nullable String name) implements Principal {

		@Override
		@SuppressWarnings("NullAway")
		public String getName() {
			return this.name;
		}

	}

}
