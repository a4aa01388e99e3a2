package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.testing.Threads;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Subscriptions} with real threads: many publishers, many clients that
 * poll with their cursors, kills, and channels that close. The seed is printed; to repeat
 * a run as far as threads allow, set it as the system property {@code comet.test.seed}.
 * One class, as it is one test and its parts.
 */
class StressTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final int LOOPS = 3;

	private static final int CLIENTS = 60;

	private static final int PUBLISHERS = 4;

	private static final int CHANNELS = 5;

	private static final int MESSAGES = 1500;

	private final long seed = Long.getLong("comet.test.seed", System.nanoTime());

	private final Scheduler loopScheduler = Schedulers.newParallel("loops", LOOPS);

	private final List<EventLoop> loops = Stream.<EventLoop>generate(() -> new SchedulerEventLoop(this.loopScheduler))
		.limit(LOOPS)
		.toList();

	private final Scheduler clock = Schedulers.newSingle("clock");

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.clock);

	private final DefaultChannels channels = new DefaultChannels(this.broker,
			new ChannelSettings(PUBLISHERS * MESSAGES, Duration.ofMinutes(5), null, MessageFormat.TEXT), 1000,
			this.clock);

	private final CometControl control = new CometControl(Duration.ofMillis(20));

	private final Subscriptions subscriptions = new Subscriptions(this.broker, this.control, null,
			new SubscriptionLimits(CLIENTS, 100, 500, Duration.ofSeconds(15)));

	private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

	@AfterEach
	void dispose() {
		this.subscriptions.dispose();
		this.broker.dispose();
		this.loopScheduler.dispose();
		this.clock.dispose();
	}

	@Test
	void pollsShouldLoseRepeatAndReorderNothing() throws ExecutionException, InterruptedException, TimeoutException {
		System.out.println("comet.test.seed=" + this.seed);
		List<Channel> all = new ArrayList<>();
		for (int i = 0; i < CHANNELS; i++) {
			all.add(Objects.requireNonNull(this.channels.create("channel-" + i).block(PATIENCE)));
		}
		Random random = new Random(this.seed);
		List<Client> clients = Stream.generate(() -> new Client(random.nextLong())).limit(CLIENTS).toList();
		clients.forEach(Client::begin);
		Map<String, List<String>> published = new ConcurrentHashMap<>();
		all.forEach((channel) -> published.put(channel.id(), Collections.synchronizedList(new ArrayList<>())));
		AtomicInteger delivered = new AtomicInteger();
		Threads.run(PUBLISHERS, (publisher) -> {
			Random chance = new Random(this.seed + publisher);
			for (int i = 0; i < MESSAGES; i++) {
				Channel channel = all.get(chance.nextInt(CHANNELS));
				String data = publisher + "-" + i;
				if (chance.nextInt(50) == 0) {
					Outcome outcome = Objects.requireNonNull(channel.deliver(data).block(PATIENCE));
					assertThat(outcome.delivered() + outcome.failed()).isLessThanOrEqualTo(CLIENTS);
					delivered.addAndGet(outcome.delivered());
				}
				else {
					channel.publish(data).block(PATIENCE);
				}
				published.get(channel.id()).add(data);
				if (chance.nextInt(500) == 0) {
					this.control.setTimeout(Duration.ofMillis(chance.nextInt(40)), chance.nextBoolean())
						.block(PATIENCE);
				}
			}
		});
		// Clients that have all messages get the end while they wait. The
		// others get it with their next poll, and until then the history keeps
		// their messages.
		clients.forEach((client) -> client.awaitMessages(PUBLISHERS * MESSAGES));
		all.forEach((channel) -> channel.close().block(PATIENCE));
		for (Client client : clients) {
			client.end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		}
		assertThat(this.failures).isEmpty();
		assertThat(delivered.get()).isPositive();
		List<String> order = new ArrayList<>();
		for (Channel channel : all) {
			List<String> first = clients.get(0).received.get(channel.id());
			assertThat(first).containsExactlyInAnyOrderElementsOf(published.get(channel.id()));
			clients.forEach((client) -> assertThat(client.received.get(channel.id())).isEqualTo(first));
			assertThat(channel.subscribers()).isZero();
			order.addAll(first);
		}
		assertThat(order).hasSize(PUBLISHERS * MESSAGES).doesNotHaveDuplicates();
		assertThat(this.subscriptions.connections(Transport.LEGACY)).isZero();
		// Lanes without polls retire by a task of their own.
		Awaitility.await().atMost(PATIENCE).until(() -> TestNode.lanes(this.subscriptions) == 0);
	}

	@Test
	void killShouldEndEveryEarlierPollAndNoLaterOne()
			throws ExecutionException, InterruptedException, TimeoutException {
		this.channels.create("a").block(PATIENCE);
		this.control.setTimeout(Duration.ofHours(1)).block(PATIENCE);
		Subscriptions unlimited = new Subscriptions(this.broker, this.control, null,
				new SubscriptionLimits(null, 100, 500, Duration.ofSeconds(15)));
		SubscriptionRequest request = SubscriptionRequest.of(List.of("a"), Cursor.LATEST, null, Mono.empty());
		try {
			for (int round = 0; round < 10; round++) {
				Queue<CompletableFuture<Batch>> before = new ConcurrentLinkedQueue<>();
				Threads.run(4, (thread) -> {
					for (int i = 0; i < 500; i++) {
						if (thread == 0 && i % 50 == 0) {
							this.control.setTimeout(Duration.ofHours(2), true).block(PATIENCE);
						}
						else {
							EventLoop loop = this.loops.get(i % LOOPS);
							before.add(unlimited.open(TestNode.DIALECT, loop, Mono.just(request)).next().toFuture());
						}
					}
				});
				this.control.setTimeout(Duration.ofHours(1), true).block(PATIENCE);
				List<CompletableFuture<Batch>> after = this.loops.stream()
					.map((loop) -> unlimited.open(TestNode.DIALECT, loop, Mono.just(request)).next().toFuture())
					.toList();
				for (CompletableFuture<Batch> poll : before) {
					assertThat(poll.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).ending()).isEqualTo(Ending.KILLED);
				}
				for (EventLoop loop : this.loops) {
					// The tasks of the kill have run when this runs.
					CompletableFuture<Void> idle = new CompletableFuture<>();
					loop.execute(() -> loop.execute(() -> loop.execute(() -> idle.complete(null))));
					idle.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
				}
				assertThat(after).noneMatch(CompletableFuture::isDone);
				assertThat(unlimited.connections(Transport.LEGACY)).isEqualTo(LOOPS);
				after.forEach((poll) -> poll.cancel(true));
				assertThat(unlimited.connections(Transport.LEGACY)).isZero();
			}
		}
		finally {
			unlimited.dispose();
		}
	}

	/**
	 * Polls, and cancels a poll now and then.
	 */
	private final class Client {

		private final Random random;

		private final Dialect dialect = TestNode.DIALECT;

		private final Map<String, List<String>> received = new HashMap<>();

		private final Map<String, Long> offsets = new HashMap<>();

		private final List<String> living = new ArrayList<>();

		private final CompletableFuture<Void> end = new CompletableFuture<>();

		private final AtomicInteger count = new AtomicInteger();

		private Cursor cursor = Cursor.EARLIEST;

		private Client(long seed) {
			this.random = new Random(seed);
			for (int i = 0; i < CHANNELS; i++) {
				this.living.add("channel-" + i);
				this.received.put("channel-" + i, new ArrayList<>());
			}
		}

		private void begin() {
			poll();
		}

		private void awaitMessages(int messages) {
			Awaitility.await()
				.atMost(PATIENCE)
				.until(() -> this.count.get() == messages || !StressTests.this.failures.isEmpty());
		}

		/**
		 * One poll at a time: the next begins when the last is over.
		 */
		private void poll() {
			EventLoop loop = StressTests.this.loops.get(this.random.nextInt(LOOPS));
			Collections.shuffle(this.living, this.random);
			SubscriptionRequest request = SubscriptionRequest.of(this.living, this.cursor, null, Mono.empty());
			Mono<Batch> poll = StressTests.this.subscriptions.open(this.dialect, loop, Mono.just(request)).next();
			if (this.random.nextInt(20) == 0) {
				cancel(poll);
				return;
			}
			Disposable unused = poll.subscribe(this::receive, this::fail);
		}

		private void cancel(Mono<Batch> poll) {
			Mono<Batch> received = poll.doOnNext(Batch::failed).onErrorComplete();
			Disposable held = received.subscribe();
			held.dispose();
			StressTests.this.loops.get(0).execute(this::poll);
		}

		private void receive(Batch batch) {
			try {
				for (Segment segment : batch.segments()) {
					if (segment.isGap()) {
						throw new AssertionError("Gap in " + segment.channel());
					}
					segment.messages().forEach(this::receive);
					if (segment.isEnded()) {
						this.living.remove(segment.channel());
					}
				}
				this.cursor = batch.cursor();
				batch.written();
				if (this.living.isEmpty()) {
					this.end.complete(null);
				}
				else {
					// Limits the depth of the stack
					StressTests.this.loops.get(this.random.nextInt(LOOPS)).execute(this::poll);
				}
			}
			catch (Throwable ex) {
				fail(ex);
			}
		}

		private void receive(Message message) {
			long last = this.offsets.getOrDefault(message.channel(), 0L);
			if (message.position().offset() != last + 1) {
				throw new AssertionError(
						"%s after %d in %s".formatted(message.position().offset(), last, message.channel()));
			}
			this.offsets.put(message.channel(), last + 1);
			this.received.get(message.channel()).add(message.data());
			this.count.incrementAndGet();
		}

		private void fail(Throwable failure) {
			if (failure instanceof SubscriptionRejectedException) {
				// Its last poll still holds a slot: another thread answers it.
				StressTests.this.loops.get(0).execute(this::poll);
				return;
			}
			StressTests.this.failures.add(failure);
			this.end.completeExceptionally(failure);
		}

	}

}
