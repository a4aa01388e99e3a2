package io.github.cometspring.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes with one sale behind Spring Security: a bidder who is logged in on one node
 * is so on both, and so is one who has logged out.
 */
class SecuredSharedSaleIT {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final List<ConfigurableApplicationContext> nodes = new ArrayList<>();

	private static RedisServer redis;

	@BeforeAll
	static void start() throws IOException {
		redis = RedisServer.start();
		nodes.add(node());
		Await.within(PATIENCE, () -> house().open().size() == 6);
		nodes.add(node());
		Await.within(PATIENCE, () -> nodes.get(1).getBean(SharedSale.class).leader() != null);
	}

	@AfterAll
	static void stop() {
		nodes.forEach(ConfigurableApplicationContext::close);
		if (redis != null) {
			redis.close();
		}
	}

	private static ConfigurableApplicationContext node() throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = socket.getLocalPort();
		}
		return new SpringApplicationBuilder(SampleApplication.class, SharedSaleIT.OwnEventLoops.class)
			.profiles("redis", "secured")
			.run("--server.port=" + port, "--spring.data.redis.port=" + redis.port(), "--auction.simulate=false",
					"--auction.item-duration=1h", "--auction.new-item-every=1h");
	}

	/** The house of the node that leads. */
	private static AuctionHouse house() {
		return nodes.get(0).getBean(AuctionHouse.class);
	}

	@Test
	void bidderWhoIsLoggedInOnOneNodeShouldBidOnTheOther() {
		Bidder ada = Bidder.logIn(0, "Ada");
		assertThat(ada.get(1, "/api/visitors").body()).contains("Ada");
		Item item = house().open().get(0);
		assertThat(ada.bid(1, item, item.minimum())).isEqualTo(201);
		assertThat(house().open().get(0).bids()).containsExactly(new Bid("Ada", item.minimum()));
		assertThat(new Bidder().get(1, "/api/visitors").status()).isEqualTo(401);
		assertThat(new Bidder().bid(1, item, item.minimum() + 1000)).isEqualTo(403);
	}

	@Test
	void bidderWhenOutbidOnAnotherNodeShouldLearnItFromTheirOwnChannel() {
		Bidder ada = Bidder.logIn(1, "Ada");
		Bidder bea = Bidder.logIn(0, "Bea");
		assertThat(ada.get(1, "/api/visitors/Ada").body()).contains("visitors/Ada");
		assertThat(bea.get(1, "/api/visitors/Ada").status()).isEqualTo(403);
		try (Listener own = ada.listen(1, "visitors/Ada"); Listener foreign = bea.listen(1, "visitors/Ada")) {
			Await.within(PATIENCE, () -> own.status() == 200 && foreign.status() == 403);
			Item item = house().open().get(1);
			assertThat(ada.bid(1, item, item.minimum())).isEqualTo(201);
			assertThat(bea.bid(0, item, item.minimum() + 1000)).isEqualTo(201);
			Await.within(PATIENCE, () -> own.events().stream().anyMatch((event) -> event.contains("Bea")));
			assertThat(foreign.events()).isEmpty();
		}
	}

	@Test
	void bidderWhoLogsOutOnOneNodeShouldBeLoggedOutOnBoth() {
		Bidder ada = Bidder.logIn(0, "Ada");
		try (Listener listener = ada.listen(1, AuctionHouse.ANNOUNCEMENTS)) {
			Await.within(PATIENCE, () -> listener.status() == 200);
			assertThat(ada.post(0, "/logout", MediaType.APPLICATION_FORM_URLENCODED, "").status()).isEqualTo(302);
			Await.within(PATIENCE, listener::isOver);
			assertThat(listener.events()).last().asString().contains("expired");
		}
		assertThat(ada.get(0, "/api/visitors").status()).isEqualTo(401);
		assertThat(ada.get(1, "/api/visitors").status()).isEqualTo(401);
		try (Listener again = ada.listen(1, AuctionHouse.ANNOUNCEMENTS)) {
			Await.within(PATIENCE, () -> again.status() == 401);
		}
	}

	/**
	 * Somebody with the cookies that the nodes have given them.
	 */
	private static final class Bidder {

		private static final ParameterizedTypeReference<ServerSentEvent<String>> EVENT = new ParameterizedTypeReference<>() {
		};

		private final Map<String, String> cookies = new HashMap<>();

		private final WebClient client = WebClient.create();

		static Bidder logIn(int node, String name) {
			Bidder bidder = new Bidder();
			assertThat(bidder.get(node, "/login").status()).isEqualTo(200);
			String form = "username=%s&password=comet&_csrf=%s".formatted(name, bidder.cookies.get("XSRF-TOKEN"));
			assertThat(bidder.post(node, "/login", MediaType.APPLICATION_FORM_URLENCODED, form).status())
				.isEqualTo(302);
			return bidder;
		}

		Answer get(int node, String path) {
			return ask(request(HttpMethod.GET, node, path));
		}

		Answer post(int node, String path, MediaType type, String body) {
			return ask(request(HttpMethod.POST, node, path).contentType(type).body(BodyInserters.fromValue(body)));
		}

		int bid(int node, Item item, long amount) {
			return post(node, "/api/items/" + item.id() + "/bids", MediaType.APPLICATION_JSON,
					"{\"amount\":%d}".formatted(amount))
				.status();
		}

		Listener listen(int node, String channel) {
			Listener listener = new Listener();
			listener.request = request(HttpMethod.GET, node, "/comet?channel=" + channel)
				.accept(MediaType.TEXT_EVENT_STREAM)
				.exchangeToFlux((answer) -> {
					listener.status = answer.statusCode().value();
					return (listener.status == 200) ? answer.bodyToFlux(EVENT)
							: answer.releaseBody().<ServerSentEvent<String>>thenMany(Mono.empty());
				})
				.doFinally((signal) -> listener.over = true)
				.subscribe((event) -> listener.events.add(event.event() + " " + event.data()));
			return listener;
		}

		private WebClient.RequestBodySpec request(HttpMethod method, int node, String path) {
			WebClient.RequestBodySpec request = this.client.method(method)
				.uri("http://localhost:" + nodes.get(node).getEnvironment().getProperty("local.server.port") + path);
			this.cookies.forEach(request::cookie);
			@Nullable String token = this.cookies.get("XSRF-TOKEN");
			return (token != null) ? request.header("X-XSRF-TOKEN", token) : request;
		}

		private Answer ask(WebClient.RequestHeadersSpec<?> request) {
			return Objects.requireNonNull(request.exchangeToMono((answer) -> {
				answer.cookies().forEach((name, values) -> this.cookies.put(name, values.get(0).getValue()));
				return answer.bodyToMono(String.class)
					.defaultIfEmpty("")
					.map((body) -> new Answer(answer.statusCode().value(), body));
			}).block(PATIENCE));
		}

	}

	/**
	 * An event stream of a bidder.
	 */
	private static final class Listener implements AutoCloseable {

		private final List<String> events = new CopyOnWriteArrayList<>();

		private volatile int status;

		private volatile boolean over;

		private @Nullable Disposable request;

		int status() {
			return this.status;
		}

		boolean isOver() {
			return this.over;
		}

		List<String> events() {
			return this.events;
		}

		@Override
		public void close() {
			Objects.requireNonNull(this.request).dispose();
		}

	}

	/**
	 * The answer to a request.
	 *
	 * @param status its status
	 * @param body its body
	 */
	private record Answer(int status, String body) {
	}

}
