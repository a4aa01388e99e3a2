package io.github.cometspring.sample;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.testing.TcpProxy;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.context.ApplicationContext;

/**
 * Two people with a browser each in one sale, and one lot without bids. Tests advance the
 * time of the house. Each person reaches the server through an own proxy, and each test
 * starts with empty browser storage.
 */
final class Saleroom implements AutoCloseable {

	static final int HISTORY = 1200;

	static final Duration PATIENCE = Duration.ofSeconds(10);

	/** For the hammer to fall on every lot. */
	private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);

	final SaleroomPage ada;

	final SaleroomPage bea;

	final TcpProxy adasCable;

	final TcpProxy beasCable;

	private final Obstacles obstacles = new Obstacles();

	private final AuctionHouse house;

	private final Channels channels;

	private final VirtualTimeScheduler time;

	/** The lot that was brought in last. */
	private Item item;

	Saleroom(ApplicationContext server, Browsers browsers) {
		int port = server.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
		this.house = server.getBean(AuctionHouse.class);
		this.channels = server.getBean(Channels.class);
		this.time = server.getBean(VirtualTimeScheduler.class);
		this.ada = new SaleroomPage(browsers.desk());
		this.bea = new SaleroomPage(browsers.phone());
		this.adasCable = new TcpProxy(port);
		this.beasCable = new TcpProxy(port, this.obstacles);
		server.getBean(CometControl.class).activate().block(PATIENCE);
		passUntilSold();
		this.item = bringIn();
	}

	/**
	 * Opens the page in both browsers.
	 * @param query of its address
	 */
	void open(String query) {
		this.ada.open(url(this.adasCable, query), "Ada");
		openForBea(query);
	}

	/**
	 * Opens the page in Bea's browser.
	 * @param query of its address
	 */
	void openForBea(String query) {
		this.bea.open(url(this.beasCable, query), "Bea");
	}

	/**
	 * Puts a proxy in Bea's way, which treats requests with this header so from now on;
	 * the connections that are there are cut.
	 * @param header the header, as {@code Name: value}
	 * @param treatment what becomes of the request
	 */
	void obstructBea(String header, Obstacles.Treatment treatment) {
		this.obstacles.put(header, treatment);
		this.beasCable.cut();
	}

	static String url(TcpProxy cable, String path) {
		return "http://localhost:%d/%s".formatted(cable.port(), path);
	}

	Item item() {
		return this.item;
	}

	Item bringIn() {
		this.item = this.house.bringIn().blockOptional(PATIENCE).orElseThrow();
		return this.item;
	}

	/** A bid by a third person. */
	Item bid(String bidder, long amount) {
		return this.house.bid(this.item.id(), new Bid(bidder, amount)).blockOptional(PATIENCE).orElseThrow();
	}

	/** Bids the current minimum of the lot. */
	void raise(String bidder) {
		Item item = this.house.open()
			.stream()
			.filter((open) -> open.id().equals(this.item.id()))
			.findFirst()
			.orElseThrow();
		bid(bidder, item.minimum());
	}

	void passUntilSold() {
		this.time.advanceTimeBy(LONG_ENOUGH);
	}

	Channel channel() {
		return this.channels.find(this.item.id()).blockOptional(PATIENCE).orElseThrow();
	}

	static String euros(long amount) {
		return "€%,d".formatted(amount);
	}

	@Override
	public void close() {
		this.adasCable.close();
		this.beasCable.close();
	}

}
