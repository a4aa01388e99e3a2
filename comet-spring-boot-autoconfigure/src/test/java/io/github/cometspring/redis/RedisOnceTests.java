package io.github.cometspring.redis;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.KeyReusedException;
import io.github.cometspring.channel.OnceKey;
import io.github.cometspring.channel.OnceOutcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import io.github.cometspring.testing.TcpProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static io.github.cometspring.redis.Traffic.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Publications with a key, on several nodes.
 */
class RedisOnceTests {

	private static final OnceKey KEY = new OnceKey("k", Duration.ofMinutes(10));

	private final RedisNodes nodes = new RedisNodes();

	private RedisServer server;

	private ChannelLog here;

	private ChannelLog there;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.here = log(this.nodes.broker(this.nodes.node(this.server.port(), "comet", null)));
		this.there = log(this.nodes.broker(this.nodes.node(this.server.port(), "comet", null)));
	}

	@AfterEach
	void stop() {
		this.nodes.close();
		this.server.close();
	}

	private static ChannelLog log(RedisChannelBroker broker) {
		return broker.obtain("a", Traffic.SETTINGS).block(PATIENCE);
	}

	@Test
	void publishOnceOnTwoNodesShouldPublishOnce() {
		OnceOutcome first = this.here.appendOnce("m", KEY).block(PATIENCE);
		assertThat(first.repeated()).isFalse();
		assertThat(this.there.appendOnce("m", KEY).block(PATIENCE)).isEqualTo(new OnceOutcome(first.position(), true));
		assertThat(this.there.appendOnce("m", new OnceKey("other", KEY.validity())).block(PATIENCE).position())
			.isEqualTo(new Position(first.position().epoch(), 2));
		assertThatExceptionOfType(KeyReusedException.class)
			.isThrownBy(() -> this.there.appendOnce("n", KEY).block(PATIENCE));
		// Two texts that Java gives the same hash code
		OnceKey other = new OnceKey("hash", KEY.validity());
		this.here.appendOnce("Aa", other).block(PATIENCE);
		assertThatExceptionOfType(KeyReusedException.class)
			.isThrownBy(() -> this.there.appendOnce("BB", other).block(PATIENCE));
	}

	@Test
	void publishOnceWhenRedisHasLostTheChannelShouldTellWhichCallPublished() {
		this.here.append("m").block(PATIENCE);
		this.server.command("FLUSHALL");
		List<OnceOutcome> outcomes = Flux.range(0, 20)
			.flatMap((number) -> this.here.appendOnce("m", KEY), 20)
			.collectList()
			.block(PATIENCE);
		assertThat(outcomes).filteredOn((outcome) -> !outcome.repeated()).hasSize(1);
	}

	@Test
	void publishOnceWhenManyDoAtATimeShouldPublishOnce() {
		Set<Position> positions = ConcurrentHashMap.newKeySet();
		List<OnceOutcome> outcomes = Flux.range(0, 100)
			.flatMap((number) -> ((number % 2 == 0) ? this.here : this.there).appendOnce("m", KEY), 100)
			.doOnNext((outcome) -> positions.add(outcome.position()))
			.collectList()
			.block(PATIENCE);
		assertThat(positions).hasSize(1);
		assertThat(outcomes).filteredOn((outcome) -> !outcome.repeated()).hasSize(1);
	}

	@Test
	void keyShouldBeForgottenByRedis() {
		this.here.appendOnce("m", new OnceKey("short", Duration.ofMillis(1))).block(PATIENCE);
		Await.within(PATIENCE,
				() -> !this.there.appendOnce("m", new OnceKey("short", Duration.ofMillis(1)))
					.block(PATIENCE)
					.repeated());
		this.here.appendOnce("m", KEY).block(PATIENCE);
		String key = this.server.command("KEYS comet:*:once:k");
		assertThat(Long.parseLong(this.server.command("PTTL " + key).substring(1)))
			.isBetween(KEY.validity().toMillis() - 60_000, KEY.validity().toMillis());
	}

	@Test
	void publishOnceAfterLostAnswerShouldTellWhatBecameOfIt() {
		try (TcpProxy link = new TcpProxy(this.server.port())) {
			ChannelLog behind = log(this.nodes.with(RedisNodes.FAST, Duration.ofSeconds(1))
				.broker(this.nodes.node(link.port(), "comet", null)));
			link.loseAnswers();
			assertThatExceptionOfType(BrokerUnavailableException.class)
				.isThrownBy(() -> behind.appendOnce("m", KEY).block(PATIENCE))
				.satisfies((ex) -> assertThat(ex.isOutcomeUnknown()).isTrue());
			OnceOutcome again = this.there.appendOnce("m", KEY).block(PATIENCE);
			assertThat(again.repeated()).isTrue();
			assertThat(again.position().offset()).isOne();
			// The node gets a new connection, which works.
			AtomicReference<OnceOutcome> repeated = new AtomicReference<>();
			Await.within(PATIENCE, () -> {
				behind.appendOnce("m", KEY)
					.onErrorResume(BrokerUnavailableException.class, (ex) -> Mono.empty())
					.doOnNext(repeated::set)
					.block(PATIENCE);
				return repeated.get() != null;
			});
			assertThat(repeated).hasValue(again);
		}
	}

}
