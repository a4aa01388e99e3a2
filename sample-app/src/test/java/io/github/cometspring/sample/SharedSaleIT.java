package io.github.cometspring.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.test.CometTester;
import io.github.cometspring.test.TestSubscription;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes with one sale, which one of them leads.
 */
class SharedSaleIT {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final List<ConfigurableApplicationContext> nodes = new ArrayList<>();

	private RedisServer redis;

	@BeforeEach
	void start() throws IOException {
		this.redis = RedisServer.start();
		this.nodes.add(node());
		Await.within(PATIENCE, () -> house(0).open().size() == 6);
		this.nodes.add(node());
		Await.within(PATIENCE, () -> this.nodes.get(1).getBean(SharedSale.class).leader() != null);
	}

	@AfterEach
	void stop() {
		this.nodes.forEach(ConfigurableApplicationContext::close);
		if (this.redis != null) {
			this.redis.close();
		}
	}

	private ConfigurableApplicationContext node() throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = socket.getLocalPort();
		}
		return new SpringApplicationBuilder(SampleApplication.class, OwnEventLoops.class).profiles("redis")
			.run("--server.port=" + port, "--spring.data.redis.port=" + this.redis.port(), "--auction.simulate=false",
					"--auction.item-duration=1h", "--auction.new-item-every=1h");
	}

	private AuctionHouse house(int node) {
		return this.nodes.get(node).getBean(AuctionHouse.class);
	}

	private String url(int node) {
		return "http://127.0.0.1:" + this.nodes.get(node).getEnvironment().getProperty("local.server.port");
	}

	private CometTester comet(int node) {
		return CometTester.bindToServer(url(node), this.nodes.get(node)).withTimeout(PATIENCE);
	}

	private WebTestClient.ResponseSpec bid(int node, Item item, long amount) {
		return WebTestClient.bindToServer()
			.baseUrl(url(node))
			.responseTimeout(PATIENCE)
			.build()
			.post()
			.uri("/api/items/{id}/bids", item.id())
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue("{\"bidder\":\"Ada\",\"amount\":%d}".formatted(amount))
			.exchange();
	}

	@Test
	void bidOnAnotherNodeShouldBeTakenByTheLeader() {
		Item item = house(0).open().get(0);
		assertThat(house(1).open()).isEmpty();
		TestSubscription page = comet(1).subscribe(item.id());
		bid(1, item, item.minimum()).expectStatus().isCreated();
		page.assertNext(Item.class, (risen) -> assertThat(risen.price()).isEqualTo(item.minimum()));
		assertThat(house(0).open().get(0).bids()).containsExactly(new Bid("Ada", item.minimum()));
		bid(1, item, item.minimum()).expectStatus().isEqualTo(HttpStatus.CONFLICT);
	}

	@Test
	void saleWhenTheLeaderEndsShouldGoOnWithItsLots() {
		Item item = house(0).open().get(0);
		TestSubscription page = comet(0).subscribe(item.id());
		bid(0, item, item.minimum()).expectStatus().isCreated();
		page.assertNext(Item.class, (risen) -> assertThat(risen.price()).isEqualTo(item.minimum()));
		List<Item> before = house(0).open();
		this.nodes.get(0).close();
		page.expectDisconnected();
		Await.within(PATIENCE, () -> this.nodes.get(1).getBean(SharedSale.class).isLeading());
		assertThat(house(1).open()).isEqualTo(before);
		bid(1, item, item.minimum() + 1000).expectStatus().isCreated();
		// The cursor of one node is good on the other.
		comet(1).subscribe(page.cursor(), item.id())
			.assertNext(Item.class, (risen) -> assertThat(risen.price()).isEqualTo(item.minimum() + 1000));
	}

	@Test
	void leaderWhenItHasLostTheLeaseShouldChangeNothing() {
		Item item = house(0).open().get(0);
		this.redis.command("SET auction:{sale}:lease http://somebody.else");
		bid(0, item, item.minimum()).expectStatus().isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
		Await.within(PATIENCE, () -> !this.nodes.get(0).getBean(SharedSale.class).isLeading());
	}

	/**
	 * Event loops that end with their node, and not with the first node that ends.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnEventLoops {

		@Bean
		ReactorResourceFactory reactorResourceFactory() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

	}

}
