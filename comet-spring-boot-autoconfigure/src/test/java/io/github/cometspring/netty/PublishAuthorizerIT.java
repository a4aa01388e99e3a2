package io.github.cometspring.netty;

import java.util.Objects;
import java.util.stream.Stream;

import io.github.cometspring.security.PublishAuthorizer;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OptionalLogin;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.Users;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Users of the application publish over HTTP as its authorizer decides, whatever that
 * does.
 */
class PublishAuthorizerIT {

	// The errors of an authorizer are the application's, and are logged.
	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.PublishAuthorization");

	private static final String KEY = "0123456789abcdef0123456789abcdef";

	private static final String OTHER_KEY = "another0123456789abcdef0123456789";

	private static @Nullable CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { OptionalLogin.class, Authorizer.class },
				"comet.publish.enabled=true", "comet.publish.keys=" + KEY + "," + OTHER_KEY,
				"comet.authorization.timeout=200ms");
		for (String name : new String[] { "ada.1", "bob.1", "hang", "throw", "error", "fail", "failWithError", "empty",
				"null", "context", "open" }) {
			server.create(name);
		}
	}

	@AfterAll
	static void stop() {
		Objects.requireNonNull(server).close();
	}

	private static Answer publish(String query, String... headers) {
		try (RawConnection client = RawConnection.open(Objects.requireNonNull(server).port())) {
			return client.request("POST", "/comet/publish?" + query, null, "m", headers).read();
		}
	}

	@Test
	void userShouldPublishOnOwnChannelOnly() {
		assertThat(publish("channel=ada.1", Users.login("ada")).status()).isEqualTo(200);
		Answer other = publish("channel=bob.1", Users.login("ada"));
		assertThat(other.status()).isEqualTo(403);
		assertThat(other.body()).contains("\"error\":\"forbidden\"");
		assertThat(publish("channel=ada.1&channel=bob.1", Users.login("ada")).status()).isEqualTo(207);
		assertThat(publish("channel=ada.2", Users.login("ada")).status()).isEqualTo(404);
		// Whether it is there is not told.
		assertThat(publish("channel=bob.2", Users.login("ada")).status()).isEqualTo(403);
		assertThat(publish("channel=ada.1").status()).isEqualTo(403);
	}

	@Test
	void keyShouldNeedNoDecision() {
		assertThat(publish("channel=hang", "X-API-Key: " + KEY).status()).isEqualTo(200);
		assertThat(publish("channel=bob.1", Users.login("ada"), "X-API-Key: " + KEY).status()).isEqualTo(200);
	}

	@Test
	void authorizerShouldHaveTheSecurityContext() {
		assertThat(publish("channel=context", Users.login("ada")).status()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "throw", "error", "fail", "failWithError", "empty", "null" })
	void authorizerWhenItFailsShouldRefuse(String channel) {
		assertThat(publish("channel=" + channel, Users.login("ada")).status()).isEqualTo(403);
	}

	@Test
	void authorizerWhenItHangsShouldAnswer503() {
		try (RawConnection client = RawConnection.open(Objects.requireNonNull(server).port())) {
			for (int i = 0; i < 2; i++) {
				Answer answer = client.request("POST", "/comet/publish?channel=hang", null, "m", Users.login("ada"))
					.read();
				assertThat(answer.status()).isEqualTo(503);
				assertThat(answer.header("Retry-After")).isNotNull();
			}
			assertThat(client.request("POST", "/comet/publish?channel=ada.1", null, "m", Users.login("ada"))
				.read()
				.status()).isEqualTo(200);
		}
	}

	@Test
	void usersWithTheSameKeyShouldNotDisturbEachOther() {
		String query = "channel=context";
		assertThat(publish(query, Users.login("ada"), "Idempotency-Key: 1").body()).doesNotContain("repeated");
		assertThat(publish(query, Users.login("bob"), "Idempotency-Key: 1").body()).doesNotContain("repeated");
		assertThat(publish(query, Users.login("ada"), "Idempotency-Key: 1").body()).contains("repeated");
	}

	@Test
	void publishersOfAnyKindWithTheSameKeyShouldNotDisturbEachOther() {
		String query = "channel=open";
		String key = "Idempotency-Key: order-1";
		String[][] publishers = { {}, { "X-API-Key: " + KEY }, { "X-API-Key: " + OTHER_KEY }, { Users.login("ada") } };
		for (boolean repeated : new boolean[] { false, true }) {
			for (String[] publisher : publishers) {
				String[] headers = Stream.concat(Stream.of(key), Stream.of(publisher)).toArray(String[]::new);
				Answer answer = publish(query, headers);
				assertThat(answer.status()).isEqualTo(200);
				assertThat(answer.body().contains("repeated")).isEqualTo(repeated);
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Authorizer {

		@Bean
		PublishAuthorizer publishAuthorizer() {
			return (principal, channel) -> switch (channel) {
				case "hang" -> Mono.never();
				case "throw" -> throw new IllegalStateException("on purpose");
				case "error" -> throw new NoClassDefFoundError("on purpose");
				case "fail" -> Mono.error(new IllegalStateException("on purpose"));
				case "failWithError" -> Mono.error(new NoClassDefFoundError("on purpose"));
				case "empty" -> Mono.empty();
				case "null" -> null;
				case "open" -> Mono.just(true);
				case "context" ->
					ReactiveSecurityContextHolder.getContext().map((context) -> context.getAuthentication() != null);
				default -> Mono.just(principal != null && channel.startsWith(principal.getName() + "."));
			};
		}

	}

}
