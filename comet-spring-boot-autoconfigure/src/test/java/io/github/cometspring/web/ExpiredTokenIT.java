package io.github.cometspring.web;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client whose token expires gets nothing more, is told to log in again, and misses
 * nothing when it comes back with a new token (protocol, section 9): on all transports,
 * with and without an authorizer.
 */
@SetsFastPath
class ExpiredTokenIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final List<RawConnection> clients = new ArrayList<>();

	private CometServer server;

	private String fresh;

	private String old;

	private Instant expiry;

	@AfterEach
	void stop() {
		this.clients.forEach(RawConnection::close);
		this.server.close();
	}

	static Stream<Arguments> setups() {
		return Stream.of(true, false)
			.flatMap((fastPath) -> Stream.of(true, false).map((authorizer) -> Arguments.of(fastPath, authorizer)));
	}

	@ParameterizedTest
	@MethodSource("setups")
	void listenWhenTokenExpiresShouldEndAndResumeWithANewOne(boolean fastPath, boolean authorizer) {
		Class<?>[] configuration = authorizer ? new Class<?>[] { Jwt.ResourceServer.class, Authorizer.class }
				: new Class<?>[] { Jwt.ResourceServer.class };
		this.server = CometServer.start(configuration, "comet.fast-path=" + fastPath);
		Channel polled = this.server.create("polled");
		Channel streamed = this.server.create("streamed");
		Listening listening = listen(polled, streamed);
		RawEventStream stream = listening.stream;
		JsonSocket socket = listening.socket;
		JsonNode batch = listening.batch;
		RawConnection legacy = listening.legacy;
		RawConnection json = listening.json;

		String legacyCursor = Objects.requireNonNull(assertExpired(legacy.read()).header("Comet-Cursor"));
		assertThat(Instant.now()).isAfterOrEqualTo(this.expiry);
		Answer refused = json.read();
		String jsonCursor = JsonPollClient.assertProblem(refused, 401).get("cursor").stringValue();
		assertThat(refused.header("WWW-Authenticate")).startsWith("Bearer");
		Event last = stream.message();
		assertThat(last.name()).isEqualTo("expired");
		assertThat(stream.nextMessage()).isNull();
		assertThat(socket.raw().text()).isEqualTo("close 4401");
		Await.until(() -> polled.subscribers() == 0 && streamed.subscribers() == 0);
		polled.publish("after").block(PATIENCE);
		streamed.publish("after").block(PATIENCE);

		assertRefused();
		assertThat(client().poll("registration=polled", "Comet-Cursor: " + legacyCursor, this.fresh).read().body())
			.isEqualTo("polled:after");
		assertThat(JsonPollClient.events(
				client()
					.request("POST", "/comet", "application/json", JsonPollClient.request(jsonCursor, null, "polled"),
							this.fresh)
					.read()
					.body()))
			.containsExactly("polled=after");
		assertThat(RawEventStream.open(client(), "channel=streamed", "Last-Event-ID: " + stream.lastId(), this.fresh)
			.message()
			.data()).contains("after");
		JsonNode resumed = new JsonSocket(RawWebSocket.open(client(), this.fresh))
			.exchange("{\"subscribe\":[\"streamed\"],\"cursor\":\"" + batch.get("cursor").stringValue() + "\"}");
		assertThat(JsonSocket.data(resumed)).containsExactly("after");
		this.clients.forEach(RawConnection::close);
		Await.until(
				() -> Stream.of(Transport.values()).allMatch((transport) -> this.server.connections(transport) == 0));
	}

	/**
	 * Opens a client of each dialect that listens with a token of two seconds, or of more
	 * where the machine is too busy for that.
	 */
	private Listening listen(Channel polled, Channel streamed) {
		for (int seconds = 2;; seconds *= 2) {
			login(seconds);
			try {
				Listening listening = new Listening();
				Await.until(() -> polled.subscribers() == 2 && streamed.subscribers() == 2);
				streamed.publish("before").block(PATIENCE);
				assertThat(listening.stream.message().data()).contains("before");
				listening.batch = listening.socket.next();
				assertThat(JsonSocket.data(listening.batch)).containsExactly("before");
				return listening;
			}
			catch (RuntimeException | AssertionError ex) {
				if (seconds > 30 || Instant.now().isBefore(this.expiry)) {
					throw ex;
				}
				this.clients.forEach(RawConnection::close);
				Await.until(() -> polled.subscribers() == 0 && streamed.subscribers() == 0);
			}
		}
	}

	/**
	 * Spring Security accepts a token for a minute after it has expired, in case clocks
	 * differ. Comet does not.
	 */
	private void assertRefused() {
		assertExpired(client().poll("registration=polled", this.old).read());
		assertThat(RawEventStream.open(client(), "channel=streamed", this.old).head().status()).isEqualTo(401);
		assertThat(RawWebSocket.open(client(), this.old).send("{\"subscribe\":[\"streamed\"]}").closeCode())
			.isEqualTo(4401);
	}

	private static Answer assertExpired(Answer answer) {
		assertThat(answer.status()).isEqualTo(401);
		assertThat(answer.body()).isEmpty();
		assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
		assertThat(answer.header("Retry-After")).isNull();
		return answer;
	}

	private void login(int seconds) {
		Instant now = Instant.now();
		String user = "ada-" + UUID.randomUUID();
		this.expiry = now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(seconds);
		this.old = Jwt.header(user, this.expiry);
		this.fresh = Jwt.header(user, now.plusSeconds(3600));
	}

	private RawConnection client() {
		RawConnection client = RawConnection.open(this.server.port());
		this.clients.add(client);
		return client;
	}

	/**
	 * A client of each dialect.
	 */
	private final class Listening {

		private final RawConnection legacy = client().poll("registration=polled", ExpiredTokenIT.this.old);

		private final RawConnection json = client().request("POST", "/comet", "application/json",
				JsonPollClient.request(null, null, "polled"), ExpiredTokenIT.this.old);

		private final RawEventStream stream = RawEventStream.open(client(), "channel=streamed",
				ExpiredTokenIT.this.old);

		private final JsonSocket socket = new JsonSocket(RawWebSocket.open(client(), ExpiredTokenIT.this.old));

		/** The batch of the socket with the message. */
		private JsonNode batch = this.socket.exchange("{\"subscribe\":[\"streamed\"]}");

	}

	@Configuration(proxyBeanMethods = false)
	static class Authorizer {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> Mono.just(principal != null && principal.getName().startsWith("ada"));
		}

	}

}
