package io.github.cometspring.redis;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.control.CometCommand;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.control.Kill;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import io.github.cometspring.testing.TcpProxy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import static io.github.cometspring.redis.Traffic.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commands on several nodes.
 */
class RedisControlRelayTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final RedisNodes nodes = new RedisNodes();

	private RedisServer server;

	private TcpProxy link;

	private CometControl here;

	private CometControl there;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.link = new TcpProxy(this.server.port());
		this.here = control(this.link.port());
		this.there = control(this.server.port());
	}

	@AfterEach
	void stop() {
		this.nodes.close();
		if (this.server != null) {
			this.link.close();
			this.server.close();
		}
	}

	/**
	 * The control of a node that has started.
	 */
	private CometControl control(int port) {
		RedisNode node = this.nodes.node(port, "comet", null);
		RedisControlRelay relay = new RedisControlRelay(node);
		CometControl control = new CometControl(TIMEOUT, relay);
		relay.attach(control);
		RedisNodes.start(node);
		Await.within(PATIENCE, () -> node.isConnected() && node.isSubscribed());
		relay.refresh().toCompletableFuture().join();
		return control;
	}

	@Test
	void commandsShouldReachAllNodesAndThoseThatStartLater() {
		this.here.deactivate().block(PATIENCE);
		assertThat(this.here.isActive()).isFalse();
		Await.within(PATIENCE, () -> !this.there.isActive());
		this.there.setTimeout(Duration.ofSeconds(7)).block(PATIENCE);
		Await.within(PATIENCE, () -> this.here.timeout().equals(Duration.ofSeconds(7)));
		CometControl late = control(this.server.port());
		assertThat(late.isActive()).isFalse();
		assertThat(late.timeout()).isEqualTo(Duration.ofSeconds(7));
		late.activate().block(PATIENCE);
		Await.within(PATIENCE, () -> this.here.isActive() && this.there.isActive());
	}

	@Test
	void killShouldBeOrderedOnceOnEachNode() {
		TestSubscriber<Kill> kills = TestSubscriber.create();
		this.there.kills().subscribe(kills);
		this.here.setTimeout(Duration.ofSeconds(5), true).block(PATIENCE);
		Await.within(PATIENCE, () -> this.there.timeout().equals(Duration.ofSeconds(5)));
		this.here.setTimeout(Duration.ofSeconds(6)).block(PATIENCE);
		Await.within(PATIENCE, () -> this.there.timeout().equals(Duration.ofSeconds(6)));
		assertThat(kills.getReceivedOnNext()).containsExactly(Kill.TIMEOUT_CHANGED);
	}

	@Test
	void orderForAUserShouldBeCarriedOutOnceOnEachNodeAndOnNoneThatStartsLater() {
		TestSubscriber<CometCommand> atHere = orders(this.here);
		TestSubscriber<CometCommand> atThere = orders(this.there);
		CometCommand first = new CometCommand.Disconnect("a b/\u00E9\n");
		CometCommand second = new CometCommand.Revoke("c", "ada");
		this.here.execute(first).block(PATIENCE);
		assertThat(atHere.getReceivedOnNext()).containsExactly(first);
		this.there.execute(second).block(PATIENCE);
		Await.within(PATIENCE, () -> atHere.getReceivedOnNext().size() == 2 && atThere.getReceivedOnNext().size() == 2);
		assertThat(atHere.getReceivedOnNext()).containsExactly(first, second);
		assertThat(atThere.getReceivedOnNext()).containsExactly(first, second);
		CometControl late = control(this.server.port());
		TestSubscriber<CometCommand> atLate = orders(late);
		late.execute(first).block(PATIENCE);
		Await.within(PATIENCE, () -> atThere.getReceivedOnNext().size() == 3);
		assertThat(atLate.getReceivedOnNext()).containsExactly(first);
		assertThat(atThere.getReceivedOnNext()).containsExactly(first, second, first);
		assertThat(this.here.isActive()).isTrue();
		assertThat(this.there.timeout()).isEqualTo(TIMEOUT);
	}

	@Test
	void ordersWhenMoreThanAreKeptShouldAllBeCarriedOut() {
		TestSubscriber<CometCommand> atThere = orders(this.there);
		for (int i = 0; i < 600; i++) {
			this.here.disconnect("user" + i).block(PATIENCE);
		}
		Await.within(PATIENCE, () -> new CometCommand.Disconnect("user599").equals(last(atThere)));
		assertThat(this.server.command("HLEN comet:{registry}:control")).endsWith("259");
	}

	@Test
	void orderForAUserWhenRedisIsAwayShouldReachTheOthersLater() {
		TestSubscriber<CometCommand> atHere = orders(this.here);
		TestSubscriber<CometCommand> atThere = orders(this.there);
		this.link.unplug();
		StepVerifier.create(this.here.disconnect("ada")).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		assertThat(atHere.getReceivedOnNext()).containsExactly(new CometCommand.Disconnect("ada"));
		// What is ordered elsewhere meanwhile is heard later, too.
		this.there.disconnect("bob").block(PATIENCE);
		this.link.plugIn();
		Await.within(PATIENCE, () -> atThere.getReceivedOnNext().contains(new CometCommand.Disconnect("ada")));
		Await.within(PATIENCE, () -> atHere.getReceivedOnNext().contains(new CometCommand.Disconnect("bob")));
	}

	@Test
	void orderForAUserWhenRedisHasForgottenTheOthersShouldBeCarriedOut() {
		TestSubscriber<CometCommand> atThere = orders(this.there);
		this.here.disconnect("ada").block(PATIENCE);
		this.here.disconnect("bob").block(PATIENCE);
		Await.within(PATIENCE, () -> atThere.getReceivedOnNext().size() == 2);
		this.server.command("FLUSHALL");
		this.here.disconnect("cem").block(PATIENCE);
		Await.within(PATIENCE, () -> atThere.getReceivedOnNext().contains(new CometCommand.Disconnect("cem")));
	}

	private static TestSubscriber<CometCommand> orders(CometControl control) {
		TestSubscriber<CometCommand> orders = TestSubscriber.create();
		control.userCommands().subscribe(orders);
		return orders;
	}

	private static @Nullable CometCommand last(TestSubscriber<CometCommand> orders) {
		List<CometCommand> received = orders.getReceivedOnNext();
		return received.isEmpty() ? null : received.get(received.size() - 1);
	}

	@Test
	void commandWhenRedisIsAwayShouldFailAndBeInForceHereAndReachTheOthersLater() {
		this.link.unplug();
		StepVerifier.create(this.here.deactivate()).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		assertThat(this.here.isActive()).isFalse();
		assertThat(this.there.isActive()).isTrue();
		this.link.plugIn();
		Await.within(PATIENCE, () -> !this.there.isActive());
		assertThat(this.here.isActive()).isFalse();
	}

	@Test
	void commandWhenAnotherIsGivenLaterShouldBeOverridden() {
		this.link.unplug();
		StepVerifier.create(this.here.deactivate()).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		// Redis computes when a command was given. A margin for the time of the call.
		long before = redisTime();
		Await.within(PATIENCE, () -> redisTime() > before + 2);
		this.there.activate().block(PATIENCE);
		this.link.plugIn();
		Await.within(PATIENCE, this.here::isActive);
		assertThat(this.there.isActive()).isTrue();
	}

	@Test
	void commandsWhenRedisHasLostThemShouldStayInForce() {
		this.here.deactivate().block(PATIENCE);
		Await.within(PATIENCE, () -> !this.there.isActive());
		this.server.command("FLUSHALL");
		Await.within(PATIENCE, () -> this.server.command("HGET comet:{registry}:control activity").equals("0"));
		assertThat(control(this.server.port()).isActive()).isFalse();
		assertThat(this.here.isActive()).isFalse();
	}

	@Test
	void commandWhenRedisHasRefusedAnotherShouldBeFollowed() {
		refuseWrites();
		StepVerifier.create(this.here.deactivate()).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		assertThat(this.here.isActive()).isFalse();
		acceptWrites();
		this.here.activate().block(PATIENCE);
		assertThat(this.here.isActive()).isTrue();
		this.there.deactivate().block(PATIENCE);
		Await.within(PATIENCE, () -> !this.here.isActive());
	}

	@Test
	void commandsWhenRedisHasRefusedThemShouldReachTheOthersWithoutAReconnect() {
		TestSubscriber<CometCommand> atThere = orders(this.there);
		refuseWrites();
		StepVerifier.create(this.here.deactivate()).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		StepVerifier.create(this.here.disconnect("ada")).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		acceptWrites();
		Await.within(PATIENCE, () -> !this.there.isActive());
		Await.within(PATIENCE, () -> atThere.getReceivedOnNext().contains(new CometCommand.Disconnect("ada")));
		this.there.activate().block(PATIENCE);
		Await.within(PATIENCE, this.here::isActive);
	}

	@Test
	void commandsWhenRedisHasLostThemAndRefusesThemShouldBeSentAgain() {
		this.here.deactivate().block(PATIENCE);
		Await.within(PATIENCE, () -> !this.there.isActive());
		refuseWrites();
		this.server.command("CONFIG RESETSTAT");
		this.server.command("FLUSHALL");
		Await.within(PATIENCE,
				() -> this.server.command("INFO commandstats")
					.lines()
					.anyMatch((line) -> line.matches("cmdstat_hset:.*rejected_calls=([2-9]|\\d\\d).*")));
		acceptWrites();
		Await.within(PATIENCE, () -> this.server.command("HGET comet:{registry}:control activity").equals("0"));
	}

	/**
	 * Lets Redis answer commands that write with an error. Its connections stay.
	 */
	private void refuseWrites() {
		this.server.command("CONFIG SET maxmemory-policy noeviction");
		this.server.command("CONFIG SET maxmemory 1");
	}

	private void acceptWrites() {
		this.server.command("CONFIG SET maxmemory 0");
	}

	private long redisTime() {
		return Long.parseLong(this.server.command("TIME").lines().findFirst().orElseThrow());
	}

}
