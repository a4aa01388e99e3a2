package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelException;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.Threads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The guarantee of the protocol's section 1, over real sockets and at random: a client
 * gets exactly the messages after its cursor, in order, none twice and none missing, or
 * gets a gap, and that only where history was overrun. Clients change their dialects,
 * lose their connections, and change their channels, which are closed and created anew.
 * The seed is printed; to repeat a run as far as threads allow, set it as the system
 * property {@code comet.test.seed}. One class, as it is one test and its parts.
 */
class NoLossPropertyIT {

	private static final int CLIENTS = 12;

	private static final int PUBLISHERS = 3;

	private static final int EXCHANGES = 120;

	private static final int HISTORY = 25;

	// Channels that are not found in this time are refused, and Redis is not that quick
	// on a busy machine.
	private static final String TIMEOUT = CometServer.RUNS_ON_TWO_NODES ? "1s" : "100ms";

	private static final List<String> CHANNELS = List.of("a", "b", "c", "d");

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private final long seed = Long.getLong("comet.test.seed", System.nanoTime());

	/** The position of each message. */
	private final Map<String, Position> positions = new ConcurrentHashMap<>();

	/** The epochs that each channel has had. */
	private final Map<String, Set<Long>> epochs = new ConcurrentHashMap<>();

	/** The offset of the newest message of each epoch, in the end. */
	private final Map<Long, Long> newest = new HashMap<>();

	/** Limits the publishers to a few messages for each read of a client. */
	private final Semaphore publications = new Semaphore(50);

	private final AtomicInteger running = new AtomicInteger(CLIENTS);

	private final Map<String, Integer> counts = new HashMap<>();

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void clientsShouldGetExactlyWhatFollowsTheirCursors(boolean filtered)
			throws ExecutionException, InterruptedException, TimeoutException {
		System.out.println("comet.test.seed=" + this.seed);
		List<Client> clients = new ArrayList<>();
		Class<?>[] configuration = filtered ? new Class<?>[] { PassingFilter.class } : new Class<?>[0];
		try (CometServer server = CometServer.start(configuration, "comet.history.size=" + HISTORY,
				"comet.timeout=" + TIMEOUT, "comet.heartbeat=" + TIMEOUT, "comet.max-response-size=2KB")) {
			ChannelBroker broker = server.bean(ChannelBroker.class);
			CHANNELS.forEach((channel) -> create(server, channel));
			for (int i = 0; i < CLIENTS; i++) {
				clients.add(new Client(new Random(this.seed + i), server.port(), broker));
			}
			Threads.run(CLIENTS + PUBLISHERS, (thread) -> {
				if (thread < CLIENTS) {
					try {
						clients.get(thread).run();
					}
					finally {
						this.running.decrementAndGet();
					}
				}
				else {
					publish(server, new Random(this.seed + thread), thread);
				}
			});
		}
		this.positions.values()
			.forEach((position) -> this.newest.merge(position.epoch(), position.offset(), Math::max));
		clients.forEach(this::verify);
		System.out.println(this.positions.size() + " messages; " + this.counts);
		for (Transport transport : Transport.values()) {
			assertThat(this.counts.get(transport.id())).as(transport.id()).isGreaterThan(100);
		}
		assertThat(this.counts.get("messages")).isGreaterThan(1000);
		assertThat(this.counts.get("gaps")).isPositive();
		assertThat(this.counts.get("ends after the last message")).isPositive();
	}

	private void create(CometServer server, String channel) {
		server.create(channel);
		ChannelLog log = server.bean(ChannelBroker.class).find(channel).block();
		if (log != null) {
			this.epochs.computeIfAbsent(channel, (key) -> ConcurrentHashMap.newKeySet()).add(log.newest().epoch());
		}
	}

	private void publish(CometServer server, Random random, int publisher) {
		ChannelBroker broker = server.bean(ChannelBroker.class);
		for (int i = 0; this.running.get() > 0; i++) {
			try {
				if (!this.publications.tryAcquire(20, TimeUnit.MILLISECONDS)) {
					continue;
				}
			}
			catch (InterruptedException ex) {
				return;
			}
			String channel = CHANNELS.get(random.nextInt(CHANNELS.size()));
			ChannelLog log = broker.find(channel).block();
			try {
				if (log == null) {
					// Some clients that reconnect find the old channel, some the new one.
					if (random.nextInt(10) == 0) {
						create(server, channel);
					}
					continue;
				}
				this.epochs.computeIfAbsent(channel, (key) -> ConcurrentHashMap.newKeySet()).add(log.newest().epoch());
				String data = channel + "-" + publisher + "-" + i + "-" + "x".repeat(random.nextInt(150));
				this.positions.put(data, Objects.requireNonNull(log.append(data).block()));
				if (random.nextInt(120) == 0) {
					log.close().block();
				}
			}
			catch (ChannelException ex) {
				// Another publisher has closed or created it.
			}
		}
	}

	private void verify(Client client) {
		Map<String, Position> positionsBefore = new HashMap<>();
		Cursor before = Cursor.LATEST;
		for (Exchange exchange : client.exchanges) {
			count(exchange.transport.id());
			Cursor after = Cursor.parse(exchange.after);
			for (String channel : exchange.channels) {
				Position position = position(before, channel);
				String context = "seed %d, %s, %s after %s".formatted(this.seed, channel, exchange, positionsBefore);
				new Walk(channel, position, context, exchange).run(position(after, channel), after.equals(before));
			}
			before = after;
			positionsBefore.clear();
			CHANNELS.forEach((channel) -> {
				Position position = position(after, channel);
				if (position != null) {
					positionsBefore.put(channel, position);
				}
			});
		}
	}

	/**
	 * The position of a cursor in a channel, in one of the epochs that there have been.
	 */
	private @Nullable Position position(Cursor cursor, String channel) {
		for (long epoch : this.epochs.get(channel)) {
			OptionalLong offset = cursor.offset(channel, epoch);
			if (offset.isPresent()) {
				return new Position(epoch, offset.getAsLong());
			}
		}
		return null;
	}

	private void count(String what) {
		this.counts.merge(what, 1, Integer::sum);
	}

	/**
	 * Follows one exchange in one channel.
	 */
	private final class Walk {

		private final String channel;

		private @Nullable Position position;

		private final String context;

		private final Exchange exchange;

		private boolean gap;

		private boolean ended;

		private Walk(String channel, @Nullable Position position, String context, Exchange exchange) {
			this.channel = channel;
			this.position = position;
			this.context = context;
			this.exchange = exchange;
		}

		private void run(@Nullable Position after, boolean cursorUnchanged) {
			for (String item : this.exchange.events) {
				if (item.equals(this.channel + "!gap")) {
					assertThat(this.gap || this.ended).as(this.context).isFalse();
					this.gap = true;
					count("gaps");
				}
				else if (item.equals(this.channel + "!ended")) {
					end();
				}
				else if (item.startsWith(this.channel + "=")) {
					receive(Objects.requireNonNull(
							NoLossPropertyIT.this.positions.get(item.substring(this.channel.length() + 1)), item));
				}
			}
			if (this.ended || this.gap || cursorUnchanged) {
				// If the client has dropped the stream here, its next exchange shows the
				// rest.
				return;
			}
			if (after == null && this.position == null && this.exchange.transport == Transport.SSE) {
				// The client has dropped the stream before the end of the channel came.
				return;
			}
			assertThat(after).as("has a position, %s", this.context).isNotNull();
			if (after.offset() == Position.MAX_OFFSET) {
				checkGapToBeReported(after.epoch());
			}
			else if (this.position != null) {
				assertThat(after).as(this.context).isEqualTo(this.position);
			}
			else {
				checkStart(Objects.requireNonNull(after).epoch(), after.offset());
			}
		}

		/**
		 * A gap for which the answer had no room is reported by the next answer.
		 */
		private void checkGapToBeReported(long epoch) {
			Position last = this.position;
			assertThat(last).as(this.context).isNotNull();
			assertThat(epoch == last.epoch() && last.offset() != Position.MAX_OFFSET).as(this.context).isFalse();
			count("gaps reported later");
		}

		private void receive(Position position) {
			assertThat(this.ended).as("nothing after the end, %s", this.context).isFalse();
			count("messages");
			Position last = this.position;
			if (last == null) {
				assertThat(this.gap).as(this.context).isFalse();
				checkStart(position.epoch(), position.offset() - 1);
			}
			else if (!this.gap) {
				assertThat(position).as(this.context).isEqualTo(new Position(last.epoch(), last.offset() + 1));
			}
			else if (position.epoch() == last.epoch() && last.offset() != Position.MAX_OFFSET) {
				assertThat(position.offset()).as(this.context).isGreaterThan(last.offset() + 1);
				assertThat(NoLossPropertyIT.this.newest.get(position.epoch())).as("overrun, %s", this.context)
					.isGreaterThanOrEqualTo(position.offset() + HISTORY - 1);
			}
			this.position = position;
			this.gap = false;
		}

		/**
		 * A client without a position starts at "now".
		 */
		private void checkStart(long epoch, long offset) {
			Position atRequest = this.exchange.newest.get(this.channel);
			if (atRequest != null && atRequest.epoch() == epoch) {
				assertThat(offset).as("starts at now, %s", this.context).isGreaterThanOrEqualTo(atRequest.offset());
			}
		}

		private void end() {
			assertThat(this.ended).as(this.context).isFalse();
			this.ended = true;
			Position last = this.position;
			if (last != null && !this.gap && last.offset() != Position.MAX_OFFSET) {
				assertThat(last.offset()).as("all before the end, %s", this.context)
					.isEqualTo(NoLossPropertyIT.this.newest.getOrDefault(last.epoch(), 0L));
				count("ends after the last message");
			}
		}

	}

	/**
	 * The events of one connection.
	 *
	 * @param transport the dialect
	 * @param channels the channels of the request
	 * @param newest the newest position of each open channel before
	 * @param events the messages, gaps and ends
	 * @param after the cursor after them
	 */
	private record Exchange(Transport transport, List<String> channels, Map<String, Position> newest,
			List<String> events, String after) {
	}

	private final class Client {

		private final Random random;

		private final int port;

		private final ChannelBroker broker;

		private final List<Exchange> exchanges = new ArrayList<>();

		private Client(Random random, int port, ChannelBroker broker) {
			this.random = random;
			this.port = port;
			this.broker = broker;
		}

		private void run() {
			Reader reader = new Reader(this.port, Cursor.LATEST.token());
			List<String> channels = new ArrayList<>(CHANNELS);
			for (int i = 0; i < EXCHANGES; i++) {
				if (this.random.nextInt(12) == 0) {
					channels = new ArrayList<>(CHANNELS);
					java.util.Collections.shuffle(channels, this.random);
					channels = channels.subList(0, 1 + this.random.nextInt(channels.size()));
				}
				if (this.random.nextInt(12) == 0) {
					giveUp(channels, reader.cursor());
				}
				Transport transport = Transport.values()[this.random.nextInt(Transport.values().length)];
				Map<String, Position> newest = new HashMap<>();
				for (String channel : channels) {
					ChannelLog log = this.broker.find(channel).block();
					if (log != null) {
						newest.put(channel, log.newest());
					}
				}
				int most = 1 + this.random.nextInt(this.random.nextBoolean() ? 3 : 40);
				List<String> events = reader.read(transport, channels, most);
				this.exchanges.add(new Exchange(transport, List.copyOf(channels), newest, events, reader.cursor()));
				NoLossPropertyIT.this.publications.release(3);
			}
		}

		/**
		 * Sends a request, and disconnects before the answer.
		 */
		private void giveUp(List<String> channels, String cursor) {
			try (RawConnection connection = RawConnection.open(this.port)) {
				connection.poll("registration=" + String.join("%0A", channels), "Comet-Cursor: " + cursor);
				if (this.random.nextBoolean()) {
					connection.reset();
				}
			}
		}

	}

}
