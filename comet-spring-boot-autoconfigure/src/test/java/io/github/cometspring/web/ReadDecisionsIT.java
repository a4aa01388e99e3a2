package io.github.cometspring.web;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.ReadDecision;
import io.github.cometspring.security.ReadDecisions;
import io.github.cometspring.security.ReadRequest;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SetsFastPath;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An authorizer decides on all channels of a subscription at once, sees the request, and
 * is asked again after {@code comet.authorization.max-age}.
 */
@SetsFastPath
class ReadDecisionsIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Map<Boolean, CometServer> SERVERS = new HashMap<>();

	/** The end of the right to each channel. A channel that is not there is refused. */
	private static final Map<String, Instant> UNTIL = new ConcurrentHashMap<>();

	private static final List<ReadRequest> ASKED = new CopyOnWriteArrayList<>();

	private final List<RawConnection> clients = new ArrayList<>();

	@BeforeAll
	static void start() {
		for (boolean fastPath : new boolean[] { true, false }) {
			CometServer server = CometServer.start(new Class<?>[] { Application.class }, "comet.fast-path=" + fastPath,
					"comet.authorization.max-age=100ms");
			server.create("a");
			server.create("b");
			SERVERS.put(fastPath, server);
		}
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(CometServer::close);
	}

	@BeforeEach
	void permit() {
		ASKED.clear();
		UNTIL.clear();
		UNTIL.put("a", Instant.MAX);
		UNTIL.put("b", Instant.MAX);
	}

	@AfterEach
	void close() {
		this.clients.forEach(RawConnection::close);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void pollShouldAskOnceWithTheRequest(boolean fastPath) {
		Answer answer = client(fastPath).request("POST", "/comet", "application/json",
				JsonPollClient.request("earliest", "PT0S", "c", "b", "unknown", "a"), "X-Tenant: blue", "X-User: ada")
			.read();
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.body()).contains("\"refused\":[\"c\",\"unknown\"]");
		assertThat(ASKED).hasSize(1);
		ReadRequest request = ASKED.get(0);
		assertThat(request.channels()).containsExactly("c", "b", "unknown", "a");
		assertThat(request.headers().get("x-TENANT")).containsExactly("blue");
		assertThat(request.headers().get("missing")).isNull();
		assertThat(request.headers()).containsKey("x-user");
		assertThat(request.headers().keySet()).contains("X-Tenant");
		assertThat(request.attributes()).containsEntry("filtered", true);
		assertThat(Objects.requireNonNull(request.principal()).getName()).isEqualTo("ada");
		assertThat(request.expiry()).isNull();
		assertThat(request.grants()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void socketShouldAskOnceForEachChangeWithTheRequestOfTheHandshake(boolean fastPath) {
		JsonSocket socket = new JsonSocket(RawWebSocket.open(client(fastPath), "X-Tenant: blue", "X-User: ada"));
		socket.exchange("{\"subscribe\":[\"b\",\"a\"]}");
		ReadRequest request = ASKED.get(0);
		assertThat(request.channels()).containsExactly("b", "a");
		assertThat(request.headers().get("x-tenant")).containsExactly("blue");
		assertThat(request.attributes()).containsEntry("filtered", true);
		assertThat(Objects.requireNonNull(request.principal()).getName()).isEqualTo("ada");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void decisionWhenItHasEndedShouldRefuse(boolean fastPath) {
		UNTIL.put("b", Instant.now());
		Answer legacy = client(fastPath).poll("registration=a%0Ab", "Comet-Cursor: earliest").read();
		assertThat(legacy.status()).isEqualTo(401);
		assertThat(legacy.body()).isEmpty();
		assertThat(legacy.header("Comet-Cursor")).isEqualTo("earliest");
		Answer json = client(fastPath)
			.request("POST", "/comet", "application/json", JsonPollClient.request("earliest", null, "a", "b"))
			.read();
		assertThat(JsonPollClient.assertProblem(json, 401).get("cursor").stringValue()).isEqualTo("earliest");
		assertThat(RawEventStream.open(client(fastPath), "channel=a&channel=b").head().status()).isEqualTo(401);
		assertThat(RawWebSocket.open(client(fastPath)).send("{\"subscribe\":[\"a\",\"b\"]}").text())
			.isEqualTo("close 4401");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void decisionWhenItEndsShouldEndTheSubscription(boolean fastPath) {
		RawEventStream stream;
		long millis = 500;
		do {
			// More where the machine is too busy to open a stream in that time
			UNTIL.put("b", Instant.now().plusMillis(millis));
			stream = RawEventStream.open(client(fastPath), "channel=a&channel=b");
			millis *= 2;
		}
		while (stream.head().status() != 200 && millis < 10_000);
		RawConnection poll = client(fastPath).poll("registration=a%0Ab");
		RawWebSocket socket = RawWebSocket.open(client(fastPath)).send("{\"subscribe\":[\"a\",\"b\"]}");
		assertThat(poll.read().status()).isEqualTo(401);
		assertThat(stream.message().name()).isEqualTo("expired");
		assertThat(stream.nextMessage()).isNull();
		assertThat(socket.closeCode()).isEqualTo(4401);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void rightWhenItIsTakenShouldEndAtMaxAge(boolean fastPath) {
		Channel channel = SERVERS.get(fastPath).channels().find("b").blockOptional(PATIENCE).orElseThrow();
		RawEventStream stream = RawEventStream.open(client(fastPath), "channel=a&channel=b");
		RawEventStream plain = RawEventStream.open(client(fastPath), "format=plain&channel=a&channel=b");
		assertThat(plain.event().name()).isEqualTo("comet:heartbeat");
		RawWebSocket socket = RawWebSocket.open(client(fastPath)).send("{\"subscribe\":[\"a\",\"b\"]}");
		Await.until(() -> channel.subscribers() == 3);
		int asked = ASKED.size();
		// Both go on as long as the decision stays the same.
		Await.until(() -> ASKED.size() > asked + 4);
		channel.publish("m").block(PATIENCE);
		assertThat(stream.message().data()).contains("m");
		assertThat(plain.event()).extracting(Event::name, Event::data).containsExactly("b", "m");
		UNTIL.remove("b");
		assertThat(stream.message().name()).isEqualTo("expired");
		assertThat(plain.event()).isEqualTo(new Event(null, "comet:expired", "{}"));
		assertThat(plain.next()).isNull();
		assertThat(stream.nextMessage()).isNull();
		assertThat(socket.closeCode()).isEqualTo(4401);
		RawEventStream again = RawEventStream.open(client(fastPath), "channel=a&channel=b");
		assertThat(again.message().name()).isEqualTo("refused");
	}

	private RawConnection client(boolean fastPath) {
		RawConnection client = RawConnection.open(Objects.requireNonNull(SERVERS.get(fastPath)).port());
		this.clients.add(client);
		return client;
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		WebFilter userFilter() {
			return (exchange, chain) -> {
				exchange.getAttributes().put("filtered", true);
				String user = exchange.getRequest().getHeaders().getFirst("X-User");
				return chain.filter((user != null)
						? exchange.mutate().principal(Mono.<Principal>just(() -> user)).build() : exchange);
			};
		}

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return new AllAtOnce();
		}

	}

	private static final class AllAtOnce implements ChannelAuthorizer {

		@Override
		public Mono<Boolean> mayRead(@Nullable Principal principal, String channel) {
			return Mono.error(new AssertionError("Asked channel by channel"));
		}

		@Override
		public Mono<ReadDecisions> authorize(ReadRequest request) {
			ASKED.add(request);
			Map<String, ReadDecision> decisions = new HashMap<>();
			for (String channel : request.channels()) {
				Instant until = UNTIL.get(channel);
				decisions.put(channel, (until != null) ? ReadDecision.permitted(until) : ReadDecision.REFUSED);
			}
			return Mono.just(ReadDecisions.of(decisions));
		}

	}

}
