package io.github.cometspring.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

import io.github.cometspring.channel.ChannelException;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Publication;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import io.github.cometspring.testing.Threads;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import static io.github.cometspring.redis.Traffic.PATIENCE;
import static io.github.cometspring.redis.Traffic.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes with the same channels.
 */
class RedisTwoNodesTests {

	private static RedisServer server;

	private final RedisNodes nodes = new RedisNodes();

	private final String prefix = "two-" + System.nanoTime();

	private RedisChannelBroker here;

	private RedisChannelBroker there;

	@BeforeAll
	static void startServer() {
		server = RedisServer.start();
	}

	@AfterAll
	static void stopServer() {
		if (server != null) {
			server.close();
		}
	}

	@BeforeEach
	void start() {
		this.here = this.nodes.broker(this.nodes.node(server.port(), this.prefix, 20));
		this.there = this.nodes.broker(this.nodes.node(server.port(), this.prefix, 20));
	}

	@AfterEach
	void stop() {
		this.nodes.close();
	}

	@Test
	void appendWhenBothNodesPublishShouldNumberWithoutHoles()
			throws ExecutionException, InterruptedException, TimeoutException {
		this.here.create("a", SETTINGS).block(PATIENCE);
		List<ChannelLog> logs = List.of(find(this.here, "a"), find(this.there, "a"));
		logs.forEach((log) -> log.prepare(Cursor.LATEST).block(PATIENCE));
		Set<Long> offsets = new ConcurrentSkipListSet<>();
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 250; i++) {
				offsets.add(logs.get(thread % 2).append(thread + "-" + i).block(PATIENCE).offset());
			}
		});
		assertThat(offsets).containsExactlyElementsOf(LongStream.rangeClosed(1, 1000).boxed().toList());
		logs.forEach((log) -> Await.within(PATIENCE, () -> log.newest().offset() == 1000));
		assertThat(logs.get(0).readAll()).isEqualTo(logs.get(1).readAll());
		assertThat(logs.get(0).readAll().messages()).hasSize(1000);
	}

	@Test
	void createWhenBothNodesCreateShouldKeepToTheLimit()
			throws ExecutionException, InterruptedException, TimeoutException {
		AtomicInteger created = new AtomicInteger();
		Threads.run(6, (thread) -> {
			for (int i = 0; i < 10; i++) {
				RedisChannelBroker node = (thread % 2 == 0) ? this.here : this.there;
				ChannelLog log = node.create("channel-" + thread + "-" + i, SETTINGS)
					.onErrorResume(ChannelException.class, (ex) -> Mono.empty())
					.block(PATIENCE);
				if (log != null) {
					created.incrementAndGet();
				}
			}
		});
		assertThat(created).hasValue(20);
		assertThat(this.there.state().block(PATIENCE).channels()).isEqualTo(20);
	}

	@Test
	void createWhenAnotherNodeFindsTheChannelAtOnceShouldKeepItsEpoch()
			throws ExecutionException, InterruptedException, TimeoutException {
		int channels = 300;
		Map<String, Long> created = new ConcurrentHashMap<>();
		Map<String, Position> published = new ConcurrentHashMap<>();
		Threads.run(2, (thread) -> {
			for (int i = 0; i < channels; i++) {
				String id = "epoch-" + i;
				if (thread == 0) {
					created.put(id, this.here.create(id, SETTINGS).block(PATIENCE).newest().epoch());
					Await.within(PATIENCE, () -> published.containsKey(id));
					this.here.close(id).block(PATIENCE);
				}
				else {
					ChannelLog log = this.there.find(id).repeatWhenEmpty((empty) -> empty).block(PATIENCE);
					published.put(id, log.append("first").block(PATIENCE));
				}
			}
		});
		assertThat(created).hasSize(channels)
			.allSatisfy((id, epoch) -> assertThat(published.get(id)).isEqualTo(new Position(epoch, 1)));
	}

	@Test
	void closeShouldEndTheChannelOnBothNodesAndLeaveItReadable() {
		this.here.create("a", SETTINGS).block(PATIENCE);
		ChannelLog log = find(this.there, "a");
		log.prepare(Cursor.LATEST).block(PATIENCE);
		TestSubscriber<Publication> live = TestSubscriber.create();
		log.live().subscribe(live);
		Position first = find(this.here, "a").append("1").block(PATIENCE);
		assertThat(this.here.close("a").block(PATIENCE)).isTrue();
		Await.within(PATIENCE, live::isTerminatedOrCancelled);
		assertThat(live.getReceivedOnNext()).hasSize(1);
		assertThat(log.isClosed()).isTrue();
		assertThat(log.readAll().messages()).hasSize(1);
		Cursor before = Cursor.of("a", new Position(first.epoch(), 0));
		RedisChannelBroker third = this.nodes.broker(this.nodes.node(server.port(), this.prefix, 20));
		for (RedisChannelBroker node : List.of(this.here, this.there, third)) {
			assertThat(node.find("a").blockOptional(PATIENCE)).isEmpty();
			ChannelLog ended = node.findAll(Map.of("a", before)).block(PATIENCE).get("a");
			assertThat(ended.isClosed()).isTrue();
			assertThat(ended.read(new Position(first.epoch(), 0)).messages()).hasSize(1);
		}
		assertThat(this.there.create("a", SETTINGS).block(PATIENCE).isClosed()).isFalse();
	}

	@Test
	void findAllWhenPositionIsAheadOfThisNodeShouldWait() {
		this.here.create("a", SETTINGS).block(PATIENCE);
		Position first = find(this.here, "a").append("1").block(PATIENCE);
		Cursor cursor = Cursor.of("a", first);
		ChannelLog log = this.there.findAll(Map.of("a", cursor)).block(PATIENCE).get("a");
		assertThat(log.end().covers(first)).isTrue();
		assertThat(log.read(first).gap()).isFalse();
		Position beyond = new Position(first.epoch(), 9);
		this.there.findAll(Map.of("a", Cursor.of("a", beyond))).block(PATIENCE);
		assertThat(log.read(beyond).gap()).isTrue();
	}

	@Test
	void findAllWhenChannelIsFollowedShouldNotAskRedis() {
		this.here.create("a", SETTINGS).block(PATIENCE);
		this.here.findAll(Map.of("a", Cursor.LATEST)).block(PATIENCE);
		assertThat(this.here.findAll(Map.of("a", Cursor.LATEST))).isInstanceOf(java.util.concurrent.Callable.class);
		assertThat(this.here.findAll(Map.of("a", Cursor.LATEST, "b", Cursor.LATEST)))
			.isNotInstanceOf(java.util.concurrent.Callable.class);
	}

	@Test
	void findAllWhenFollowedChannelEndsMeanwhileShouldReturnItWithItsLastMessages() {
		this.here.create("a", SETTINGS).block(PATIENCE);
		Position first = find(this.here, "a").append("1").block(PATIENCE);
		Cursor cursor = Cursor.of("a", first);
		ChannelLog log = this.here.findAll(Map.of("a", cursor)).block(PATIENCE).get("a");
		Mono<Map<String, ChannelLog>> answer = this.here.findAll(Map.of("a", cursor));
		assertThat(answer).isInstanceOf(java.util.concurrent.Callable.class);
		find(this.there, "a").append("2").block(PATIENCE);
		this.there.close("a").block(PATIENCE);
		Await.within(PATIENCE, log::isClosed);
		ChannelLog ended = answer.block(PATIENCE).get("a");
		assertThat(ended).isNotNull();
		assertThat(ended.read(first).messages()).extracting(Message::data).containsExactly("2");
	}

	@Test
	void deliverWhenCancelledShouldPublishAndForgetTheDelivery() {
		try (RedisServer slow = RedisServer.start()) {
			RedisChannelBroker broker = this.nodes.broker(this.nodes.node(slow.port(), this.prefix, 20));
			ChannelLog log = broker.create("a", SETTINGS).block(PATIENCE);
			log.prepare(Cursor.LATEST).block(PATIENCE);
			TestSubscriber<Publication> live = TestSubscriber.create();
			log.live().subscribe(live);
			// Redis has not answered yet when the caller gives up.
			slow.suspend();
			log.deliver("1").subscribe().dispose();
			slow.resume();
			Await.within(PATIENCE,
					() -> live.getReceivedOnNext().stream().anyMatch((event) -> event.message() != null));
			assertThat(live.getReceivedOnNext()).extracting(Publication::delivery).containsOnlyNulls();
		}
	}

	@Test
	void deliverShouldCountTheClientsOfThisNode() {
		this.here.create("a", SETTINGS).block(PATIENCE);
		ChannelLog log = find(this.here, "a");
		log.prepare(Cursor.LATEST).block(PATIENCE);
		log.live().mapNotNull(Publication::delivery).subscribe((delivery) -> {
			delivery.expect(1);
			delivery.succeeded();
		});
		StepVerifier.create(log.deliver("1"))
			.assertNext((outcome) -> assertThat(outcome.delivered()).isOne())
			.expectComplete()
			.verify(PATIENCE);
		StepVerifier.create(find(this.there, "a").deliver("2"))
			.assertNext((outcome) -> assertThat(outcome.delivered()).isZero())
			.expectComplete()
			.verify(PATIENCE);
		assertThat(new Delivery().outcome()).isNotNull();
	}

	@Test
	void channelWhenIdleOnAllNodesShouldEnd() {
		Duration idle = Duration.ofMillis(300);
		this.here.create("idle", SETTINGS.withIdleTimeout(idle)).block(PATIENCE);
		this.here.create("used", SETTINGS.withIdleTimeout(idle)).block(PATIENCE);
		ChannelLog used = find(this.there, "used");
		used.prepare(Cursor.LATEST).block(PATIENCE);
		used.join();
		Await.within(PATIENCE, () -> this.here.find("idle").blockOptional(PATIENCE).isEmpty());
		assertThat(this.here.find("used").blockOptional(PATIENCE)).isPresent();
		used.leave();
		Await.within(PATIENCE, () -> this.here.find("used").blockOptional(PATIENCE).isEmpty());
		Await.within(PATIENCE, used::isClosed);
		assertThat(this.here.state().block(PATIENCE).channels()).isZero();
	}

	@Test
	void channelWhenItHasNoReadersShouldBeUnfollowed() {
		RedisTiming fast = RedisNodes.FAST;
		this.nodes.with(new RedisTiming(fast.probe(), fast.check(), fast.sweep(), Duration.ofMillis(200),
				fast.firstRetry(), fast.longestRetry()), RedisNodes.TIMEOUT);
		RedisChannelBroker brief = this.nodes.broker(this.nodes.node(server.port(), this.prefix, 20));
		brief.create("a", SETTINGS).block(PATIENCE);
		ChannelLog log = brief.findAll(Map.of("a", Cursor.LATEST)).block(PATIENCE).get("a");
		log.append("1").block(PATIENCE);
		log.join();
		String feeds = "PUBSUB CHANNELS " + this.prefix + ":feed:*";
		int before = server.command(feeds).split("\n").length;
		log.leave();
		Await.within(PATIENCE, () -> server.command(feeds).split("\n").length == before - 1);
		assertThat(log.retained()).isZero();
		// The next client makes the node follow it again.
		assertThat(brief.findAll(Map.of("a", Cursor.EARLIEST)).block(PATIENCE).get("a")).isSameAs(log);
		assertThat(log.readAll().messages()).hasSize(1);
	}

	private static ChannelLog find(RedisChannelBroker node, String id) {
		return node.find(id).block(PATIENCE);
	}

}
