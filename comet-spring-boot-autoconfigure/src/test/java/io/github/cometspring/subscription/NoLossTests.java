package io.github.cometspring.subscription;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelException;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Positions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Subscriptions}: no message is lost between the replay and live
 * delivery, at whatever point messages are published and channels are closed. One thread
 * runs everything: a random schedule chooses the next task of the event loops, and also
 * publishes and closes right before calls to a log. The seed is printed, and as the
 * system property {@code comet.test.seed} it repeats a run exactly. One class, as it is
 * one test and its parts.
 */
class NoLossTests {

	private static final int SCHEDULES = 400;

	private static final int STEPS = 250;

	private static final int HISTORY = 6;

	private static final ChannelSettings SETTINGS = ChannelSettings.DEFAULT.withHistorySize(HISTORY);

	private static final List<String> CHANNELS = List.of("a", "b");

	private static final Dialect STREAM = new Dialect(Transport.SSE, (message) -> 10);

	private static final Dialect POLL = new Dialect(Transport.LEGACY, (message) -> 10);

	private final long seed = Long.getLong("comet.test.seed", System.nanoTime());

	private int messages;

	private int gaps;

	private int ends;

	@Test
	void clientsShouldGetExactlyTheMessagesAfterTheirCursors() {
		System.out.println("comet.test.seed=" + this.seed);
		for (int i = 0; i < SCHEDULES; i++) {
			new Schedule(this.seed + i).run();
		}
		System.out.println(this.messages + " messages, " + this.gaps + " gaps, " + this.ends + " ends");
		assertThat(this.messages).isGreaterThan(SCHEDULES * 10);
		assertThat(this.gaps).isPositive();
		assertThat(this.ends).isPositive();
	}

	private final class Schedule {

		private final long number;

		private final Random random;

		private final TestNode node;

		private final List<ManualEventLoop> loops = List.of(new ManualEventLoop(), new ManualEventLoop());

		private final Map<ChannelLog, ChannelLog> wrappers = new IdentityHashMap<>();

		private final Map<Long, Long> newest = new HashMap<>();

		private final Map<String, List<Long>> epochs = new HashMap<>();

		private final List<Client> clients = new ArrayList<>();

		private boolean interfering;

		private int published;

		private Schedule(long number) {
			this.number = number;
			this.random = new Random(number);
			this.node = TestNode.with().settings(SETTINGS).node();
		}

		private void run() {
			Subscriptions subscriptions = new Subscriptions(interferingBroker(), this.node.control, null,
					new SubscriptionLimits(null, 100, 45, java.time.Duration.ofSeconds(15)));
			CHANNELS.forEach(this::create);
			for (int i = 0; i < 3; i++) {
				this.clients.add(new Client(subscriptions));
			}
			for (int i = 0; i < STEPS; i++) {
				step();
			}
			// At the end every client gets all messages.
			this.interfering = true;
			for (Client client : this.clients) {
				for (int i = 0; i < 80; i++) {
					client.connect();
					client.request();
					this.loops.forEach(ManualEventLoop::runTasks);
					client.take();
				}
				client.checkUpToDate();
				client.cancel();
			}
			this.loops.forEach(ManualEventLoop::runTasks);
			subscriptions.dispose();
			this.node.broker.dispose();
		}

		private void step() {
			Client client = this.clients.get(this.random.nextInt(this.clients.size()));
			switch (this.random.nextInt(10)) {
				case 0, 1 -> change();
				case 2, 3 -> client.request();
				case 4 -> {
					if (this.random.nextInt(4) == 0) {
						client.cancel();
					}
				}
				case 5 -> client.connect();
				default -> {
					ManualEventLoop loop = this.loops.get(this.random.nextInt(this.loops.size()));
					if (loop.waiting() > 0) {
						loop.runTask();
					}
				}
			}
			this.clients.forEach(Client::take);
		}

		/**
		 * Publishes, or sometimes closes the channel or creates it again.
		 */
		private void change() {
			String channel = CHANNELS.get(this.random.nextInt(CHANNELS.size()));
			ChannelLog log = this.node.broker.find(channel).block();
			if (log == null) {
				create(channel);
			}
			else if (this.random.nextInt(15) == 0) {
				log.close().block();
			}
			else {
				for (int i = this.random.nextInt(3); i >= 0; i--) {
					Position position = Objects.requireNonNull(log.append("" + this.published++).block());
					this.newest.put(position.epoch(), position.offset());
				}
			}
		}

		private void create(String channel) {
			try {
				ChannelLog log = Objects.requireNonNull(this.node.broker.create(channel, SETTINGS).block());
				this.epochs.computeIfAbsent(channel, (key) -> new ArrayList<>()).add(log.newest().epoch());
			}
			catch (ChannelException ex) {
				throw new IllegalStateException(ex);
			}
		}

		private ChannelBroker interferingBroker() {
			return (ChannelBroker) Proxy.newProxyInstance(getClass().getClassLoader(),
					new Class<?>[] { ChannelBroker.class }, (proxy, method, arguments) -> {
						interfere();
						Object result = ReflectionUtils.invokeMethod(method, this.node.broker, arguments);
						Mono<?> mono = (Mono<?>) Objects.requireNonNull(result);
						return mono.map((found) -> {
							interfere();
							if (found instanceof ChannelLog log) {
								return wrapped(log);
							}
							Map<String, ChannelLog> logs = new HashMap<>();
							((Map<?, ?>) found).forEach((id, log) -> logs.put((String) id, wrapped((ChannelLog) log)));
							return logs;
						});
					});
		}

		/**
		 * The same object for the same log, because lanes are found by its identity.
		 */
		private ChannelLog wrapped(ChannelLog log) {
			return this.wrappers.computeIfAbsent(log,
					(key) -> (ChannelLog) Proxy.newProxyInstance(getClass().getClassLoader(),
							new Class<?>[] { ChannelLog.class },
							(proxy, method, arguments) -> switch (method.getName()) {
								case "equals" -> proxy == arguments[0];
								case "hashCode" -> System.identityHashCode(proxy);
								default -> {
									interfere();
									yield ReflectionUtils.invokeMethod(method, log, arguments);
								}
							}));
		}

		private void interfere() {
			if (!this.interfering && this.random.nextInt(6) == 0) {
				this.interfering = true;
				change();
				this.interfering = false;
			}
		}

		private String context() {
			return "seed %d (the schedule of comet.test.seed=%d)".formatted(this.number, this.number);
		}

		private final class Client {

			private final Subscriptions subscriptions;

			private Cursor cursor = Cursor.EARLIEST;

			private final Map<String, Position> positions = new HashMap<>();

			private List<String> channels = CHANNELS;

			private @Nullable TestSubscriber<Batch> subscriber;

			private int taken;

			private Client(Subscriptions subscriptions) {
				this.subscriptions = subscriptions;
			}

			private void connect() {
				if (this.subscriber != null) {
					return;
				}
				Random random = Schedule.this.random;
				if (!Schedule.this.interfering && random.nextInt(5) == 0) {
					this.channels = random.nextBoolean() ? CHANNELS
							: List.of(CHANNELS.get(random.nextInt(CHANNELS.size())));
				}
				this.positions.keySet().retainAll(this.channels);
				this.subscriber = TestSubscriber.builder().initialRequest(0).build();
				this.taken = 0;
				SubscriptionRequest request = SubscriptionRequest.of(this.channels, this.cursor, null, Mono.empty());
				this.subscriptions
					.open(random.nextBoolean() ? STREAM : POLL, Schedule.this.loops.get(random.nextInt(2)),
							Mono.just(request))
					.subscribe(this.subscriber);
			}

			private void request() {
				if (this.subscriber != null) {
					this.subscriber.request(1);
				}
			}

			private void cancel() {
				if (this.subscriber != null) {
					this.subscriber.cancel();
					this.subscriber = null;
				}
			}

			private void take() {
				TestSubscriber<Batch> subscriber = this.subscriber;
				if (subscriber == null) {
					return;
				}
				List<Batch> batches = subscriber.getReceivedOnNext();
				for (; this.taken < batches.size(); this.taken++) {
					take(batches.get(this.taken));
				}
				if (subscriber.isTerminated()) {
					assertThat(subscriber.isTerminatedComplete()).as(context()).isTrue();
					this.subscriber = null;
				}
			}

			private void take(Batch batch) {
				Positions positions = batch.startingPositions();
				Cursor start = positions.cursor();
				for (Segment segment : batch.segments()) {
					take(segment);
					for (int i = 0; i < segment.messages().size(); i++) {
						Position position = segment.messages().get(i).position();
						if (i == 0) {
							assertThat(start.offset(segment.channel(), position.epoch())).as(context())
								.hasValue(position.offset() - 1);
						}
						segment.pass(i, positions);
					}
					if (segment.isEnded()) {
						segment.leave(positions);
					}
				}
				this.cursor = batch.cursor();
				assertThat(positions.cursor()).as(context()).isEqualTo(this.cursor);
				for (String channel : this.channels) {
					for (long epoch : Schedule.this.epochs.get(channel)) {
						OptionalLong offset = this.cursor.offset(channel, epoch);
						if (offset.isPresent()) {
							Position position = new Position(epoch, offset.getAsLong());
							Position last = this.positions.put(channel, position);
							if (last != null && offset.getAsLong() != Position.MAX_OFFSET) {
								assertThat(position).as(context()).isEqualTo(last);
							}
						}
					}
				}
				batch.written();
			}

			private void take(Segment segment) {
				String channel = segment.channel();
				Position last = this.positions.get(channel);
				boolean gap = segment.isGap();
				if (gap) {
					NoLossTests.this.gaps++;
					assertThat(this.cursor.knows(channel)).as("a gap only for a client with a position, %s", context())
						.isTrue();
					if (segment.messages().isEmpty()) {
						last = null;
					}
				}
				for (Message message : segment.messages()) {
					NoLossTests.this.messages++;
					Position position = message.position();
					if (gap && last != null && last.epoch() == position.epoch()
							&& last.offset() <= Schedule.this.newest.get(last.epoch())) {
						assertThat(position.offset()).as(context()).isGreaterThan(last.offset() + 1);
						assertThat(Schedule.this.newest.get(last.epoch())).as("overrun, %s", context())
							.isGreaterThanOrEqualTo(position.offset() + HISTORY - 1);
					}
					else if (!gap && last != null) {
						assertThat(position).as(context()).isEqualTo(new Position(last.epoch(), last.offset() + 1));
					}
					gap = false;
					last = position;
				}
				if (segment.isEnded()) {
					NoLossTests.this.ends++;
					if (last != null && !gap) {
						assertThat(last.offset()).as("all before the end, %s", context())
							.isEqualTo(Schedule.this.newest.getOrDefault(last.epoch(), 0L));
					}
					this.positions.remove(channel);
				}
				else if (last != null) {
					this.positions.put(channel, last);
				}
				else {
					this.positions.remove(channel);
				}
			}

			private void checkUpToDate() {
				for (String channel : this.channels) {
					ChannelLog log = Schedule.this.node.broker.find(channel).block();
					Position last = this.positions.get(channel);
					if (log != null && last != null && last.epoch() == log.newest().epoch()) {
						assertThat(last.offset()).as("up to date, %s", context()).isEqualTo(log.newest().offset());
					}
				}
			}

		}

	}

}
