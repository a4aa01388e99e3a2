package io.github.cometspring.web;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application authorizes each channel of a poll (protocol, section 2).
 */
@SetsFastPath
class AuthorizationIT {

	private static final List<String> ASKED = new CopyOnWriteArrayList<>();

	// The error of an authorizer is the application's, and is logged.
	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.Admission");

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { Authorizer.class });
		server.create("open");
		server.create("secret");
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void forget() {
		ASKED.clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "secret", "unknown", "secret%0Aunknown", "a+b", "empty", "error", "exception" })
	void pollWhenNotAuthorizedForAnyShouldAnswer403(String ids) {
		Answer answer = server.poll("registration=" + ids);
		assertThat(answer.status()).isEqualTo(403);
		assertThat(answer.headerNames()).containsExactlyInAnyOrder("Content-Type", "Cache-Control",
				"X-Content-Type-Options", "Content-Length");
		assertThat(answer.body()).isEmpty();
	}

	@Test
	void jsonPollWhenNotAuthorizedShouldNameTheChannelsInAProblem() {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request("POST", "/comet", "application/json", JsonPollClient.request(null, "PT0S", "secret"));
			JsonNode problem = JsonPollClient.assertProblem(client.read(), 403);
			assertThat(problem.get("refused").toString()).isEqualTo("[\"secret\"]");
			assertThat(problem.get("why").stringValue()).isEqualTo("forbidden");
		}
	}

	@Test
	void pollWhenAuthorizedShouldBeHeld() {
		Channel channel = server.channels().find("open").blockOptional().orElseThrow();
		try (RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=open");
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("m").block();
			assertThat(client.read().body()).isEqualTo("open:m");
		}
		assertThat(ASKED).containsExactly("open");
	}

	@Test
	void pollWhenAuthorizedForUnknownShouldReportItsEnd() {
		assertThat(server.poll("registration=open-unknown").body()).isEqualTo("open-unknown:ENDED_CHANNEL");
	}

	@Test
	void pollWhenDeactivatedShouldNotAsk() {
		server.command("/deactivate");
		assertThat(server.poll("registration=secret").status()).isEqualTo(503);
		server.command("/activate");
		assertThat(ASKED).isEmpty();
	}

	@Test
	void pollWhenTooManyIdsShouldNotAsk() {
		assertThat(server.poll("registration=" + "x%0A".repeat(1) + ids(101)).status()).isEqualTo(400);
		assertThat(ASKED).isEmpty();
	}

	private static String ids(int count) {
		StringBuilder ids = new StringBuilder();
		for (int i = 0; i < count; i++) {
			ids.append('x').append(i).append("%0A");
		}
		return ids.toString();
	}

	@Test
	void pollWhenNotAuthorizedShouldLogNoName() {
		server.poll("registration=secret");
		assertThat(log.ownMessages()).noneMatch((message) -> message.contains("secret"));
	}

	@Configuration(proxyBeanMethods = false)
	static class Authorizer {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> {
				ASKED.add(channel);
				return switch (channel) {
					case "empty" -> Mono.empty();
					case "error" -> Mono.error(new IllegalStateException("planned"));
					case "exception" -> throw new IllegalStateException("planned");
					default -> Mono.just(channel.startsWith("open"));
				};
			};
		}

	}

}
