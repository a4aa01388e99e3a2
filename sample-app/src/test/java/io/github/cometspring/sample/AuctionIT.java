package io.github.cometspring.sample;

import java.time.Duration;

import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.test.AutoConfigureCometTester;
import io.github.cometspring.test.CometTester;
import io.github.cometspring.test.TestSubscription;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.convention.TestBean;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application over HTTP: the sale, bids, and the messages that a page receives.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "auction.simulate=false")
@AutoConfigureCometTester
class AuctionIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String COMET = "application/x-ocsigen-comet";

	@TestBean
	private Scheduler auctionScheduler;

	@LocalServerPort
	private int port;

	@Autowired
	private AuctionHouse house;

	@Autowired
	private CometTester comet;

	private WebTestClient client;

	static Scheduler auctionScheduler() {
		return VirtualTimeScheduler.create();
	}

	@BeforeEach
	void connect() {
		this.client = WebTestClient.bindToServer()
			.baseUrl("http://127.0.0.1:" + this.port)
			.responseTimeout(PATIENCE)
			.build();
		if (this.house.open().isEmpty()) {
			pass(Duration.ofSeconds(8));
		}
	}

	private void pass(Duration duration) {
		((VirtualTimeScheduler) this.auctionScheduler).advanceTimeBy(duration);
	}

	@Test
	void saleShouldHaveHandlesOfAnnouncementsAndOfEachItem() {
		this.client.get()
			.uri("/api/items")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.announcements.channel")
			.isEqualTo("auctions/announcements")
			.jsonPath("$.announcements.cursor")
			.isNotEmpty()
			.jsonPath("$.items[0].item.id")
			.isEqualTo(item().id())
			.jsonPath("$.items[0].item.phase")
			.isEqualTo("OPEN")
			.jsonPath("$.items[0].item.lot.title")
			.isNotEmpty()
			.jsonPath("$.items[0].handle.channel")
			.isEqualTo(item().id())
			.jsonPath("$.items[0].handle.cursor")
			.isNotEmpty();
	}

	@Test
	void bidWhenHighEnoughShouldBeTaken() {
		Item item = item();
		bid(item.id(), "{\"bidder\":\"Ada\",\"amount\":%d}".formatted(item.minimum())).expectStatus()
			.isCreated()
			.expectBody()
			.jsonPath("$.price")
			.isEqualTo(item.minimum())
			.jsonPath("$.bids[0].bidder")
			.isEqualTo("Ada");
	}

	@Test
	void bidWhenTakenShouldReachPollFromTheHandle() {
		Listing listing = listing();
		Item item = listing.item();
		bid(item.id(), "{\"bidder\":\"Ada: 100%%\",\"amount\":%d}".formatted(item.minimum())).expectStatus()
			.isCreated();
		EntityExchangeResult<String> answer = poll(listing.handle());
		assertThat(answer.getResponseBody()).startsWith(item.id() + ":%7B")
			.contains("Ada%3A%20100%25")
			.contains("%22price%22%3A" + item.minimum());
		assertThat(answer.getResponseHeaders().getFirst("Comet-Cursor")).isNotEmpty();
	}

	@Test
	void bidWhenTooLowShouldBeAProblem() {
		Item item = item();
		bid(item.id(), "{\"bidder\":\"Ada\",\"amount\":%d}".formatted(item.minimum() - 1)).expectStatus()
			.isEqualTo(HttpStatus.CONFLICT)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.type")
			.isEqualTo("urn:auction:too-low")
			.jsonPath("$.detail")
			.value(String.class, (detail) -> assertThat(detail).contains("too low"));
	}

	@Test
	void bidWhenLotIsUnknownShouldBeAProblem() {
		bid("nothing", "{\"bidder\":\"Ada\",\"amount\":100}").expectStatus()
			.isNotFound()
			.expectBody()
			.jsonPath("$.type")
			.isEqualTo("urn:auction:unknown-item");
	}

	@Test
	void bidWhenHammerHasFallenShouldBeAProblem() {
		Item item = item();
		pass(Duration.ofMinutes(2));
		bid(item.id(), "{\"bidder\":\"Ada\",\"amount\":10000}").expectStatus()
			.isEqualTo(HttpStatus.GONE)
			.expectBody()
			.jsonPath("$.type")
			.isEqualTo("urn:auction:closed");
	}

	@ParameterizedTest
	@EnumSource
	void pageWhenHammerHasFallenShouldReceiveTheEnd(Transport transport) {
		Listing listing = listing();
		Item item = listing.item();
		TestSubscription page = this.comet.over(transport).subscribe(listing.handle());
		bid(item.id(), "{\"bidder\":\"Ada\",\"amount\":%d}".formatted(item.minimum())).expectStatus().isCreated();
		page.assertNext(Item.class, (risen) -> assertThat(risen.price()).isEqualTo(item.minimum()));
		page.cut();
		pass(Duration.ofMinutes(2));
		// Though the channel is closed, a page that comes back receives the result
		page.resume()
			.assertNext(Item.class, (fallen) -> assertThat(fallen.phase()).isEqualTo(Item.Phase.SOLD))
			.expectEnded(item.id());
	}

	@Test
	void bidderWhenOutbidShouldBeTold() {
		Item item = item();
		ChannelHandle notices = this.client.get()
			.uri("/api/visitors/Ada")
			.exchange()
			.expectBody(ChannelHandle.class)
			.returnResult()
			.getResponseBody();
		TestSubscription page = this.comet.subscribe(notices);
		bid(item.id(), "{\"bidder\":\"Ada\",\"amount\":%d}".formatted(item.minimum())).expectStatus().isCreated();
		Item risen = item();
		bid(risen.id(), "{\"bidder\":\"Bea\",\"amount\":%d}".formatted(risen.minimum())).expectStatus().isCreated();
		page.expectValue(new Outbid(item.id(), item.number(), item.lot().title(), "Bea", risen.minimum()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"bidder\":\"Ada\",\"amount\":\"a lot\"}", "{\"bidder\":\"Ada\",\"amount\":\"300\"}",
			"{\"bidder\":\"Ada\",\"amount\":300.5}", "{\"bidder\":\"Ada\",\"amount\":null}", "{\"bidder\":\"Ada\"}",
			"{\"bidder\":\"Ada\",\"amount\":1e30}", "{\"bidder\":\"Ada\",\"amount\":99999999999999999999}",
			"{\"bidder\":\"Ada\",\"amount\":-5}", "{\"amount\":9000}", "{\"bidder\":\" \",\"amount\":9000}", "[]", "{",
			"" })
	void bidWhenItIsNoneShouldBeAProblem(String body) {
		bid(item().id(), body).expectStatus()
			.isBadRequest()
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.type")
			.isEqualTo("urn:auction:not-a-bid");
	}

	@Test
	void pageShouldHaveAStrictPolicy() {
		this.client.get()
			.uri("/")
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.valueMatches("Content-Security-Policy", "default-src 'none'; script-src 'self';.*")
			.expectBody(String.class)
			.value((page) -> assertThat(page).contains("Under the hammer"));
	}

	private Item item() {
		return this.house.open().get(0);
	}

	private WebTestClient.ResponseSpec bid(String id, String body) {
		return this.client.post()
			.uri("/api/items/{id}/bids", id)
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(body)
			.exchange();
	}

	private Listing listing() {
		return this.house.sale().map((sale) -> sale.items().get(0)).blockOptional(PATIENCE).orElseThrow();
	}

	private EntityExchangeResult<String> poll(ChannelHandle handle) {
		return this.client.post()
			.uri("/comet")
			.header("Content-Type", COMET)
			.header("Comet-Cursor", handle.cursor())
			.bodyValue("registration=" + handle.channel())
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.returnResult();
	}

}
