package io.github.cometspring.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.testing.Await;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Publishes numbers on a channel by several nodes in turn, reads them on each node, and
 * records which numbers have been acknowledged.
 */
final class Traffic implements AutoCloseable {

	static final Duration PATIENCE = Duration.ofSeconds(30);

	static final ChannelSettings SETTINGS = ChannelSettings.DEFAULT.withHistorySize(10_000);

	private final List<Channel> channels = new ArrayList<>();

	private final List<Reader> readers = new CopyOnWriteArrayList<>();

	private final Set<Integer> acknowledged = new ConcurrentSkipListSet<>();

	private final Set<Integer> refused = new ConcurrentSkipListSet<>();

	private final Set<Integer> unknown = new ConcurrentSkipListSet<>();

	private final AtomicInteger next = new AtomicInteger();

	private volatile boolean publishing;

	private Thread publisher;

	Traffic(ChannelBroker... nodes) {
		this(Stream.of(nodes).map(Traffic::channels).toList());
	}

	Traffic(List<? extends Channels> nodes) {
		for (Channels node : nodes) {
			Channel channel = node.obtain("numbers").block(PATIENCE);
			this.channels.add(channel);
			this.readers.add(new Reader(channel, Cursor.EARLIEST));
		}
	}

	static DefaultChannels channels(ChannelBroker node) {
		return new DefaultChannels(node, SETTINGS, 100_000, Schedulers.parallel());
	}

	List<Channel> channels() {
		return this.channels;
	}

	/**
	 * Publishes the next number.
	 * @param node by which node
	 * @return its position
	 */
	Position publish(int node) {
		return publish(node, (failure) -> {
			// The number is recorded as refused or unknown.
		});
	}

	/**
	 * Publishes the next number.
	 * @param node by which node
	 * @param onFailure takes the failure, if it is one
	 * @return its position
	 */
	Position publish(int node, Consumer<BrokerUnavailableException> onFailure) {
		return publish(node, "%d", onFailure);
	}

	/**
	 * Publishes the next number.
	 * @param node by which node
	 * @param format what it looks like
	 * @param onFailure takes the failure, if it is one
	 * @return its position
	 */
	Position publish(int node, String format, Consumer<BrokerUnavailableException> onFailure) {
		int number = this.next.incrementAndGet();
		try {
			Position position = this.channels.get(node).publish(format.formatted(number)).block(PATIENCE);
			this.acknowledged.add(number);
			return position;
		}
		catch (BrokerUnavailableException ex) {
			(ex.isOutcomeUnknown() ? this.unknown : this.refused).add(number);
			onFailure.accept(ex);
			return null;
		}
	}

	void publish(int node, int count) {
		for (int i = 0; i < count; i++) {
			assertThat(publish(node)).isNotNull();
		}
	}

	/**
	 * Publishes by all nodes in turn, until {@link #end()} or {@link #close()}.
	 */
	Traffic begin() {
		this.publishing = true;
		this.publisher = new Thread(() -> {
			for (int i = 0; this.publishing; i++) {
				publish(i % this.channels.size());
				LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
			}
		}, "publisher");
		this.publisher.setDaemon(true);
		this.publisher.start();
		awaitMore(50);
		// Readers that start while Redis is away would be refused.
		for (Reader reader : this.readers) {
			Await.within(PATIENCE, () -> !reader.messages.isEmpty());
		}
		return this;
	}

	/**
	 * Waits until a number of further publications has been acknowledged.
	 */
	void awaitMore(int count) {
		int before = this.acknowledged.size();
		Await.within(PATIENCE, () -> this.acknowledged.size() >= before + count);
	}

	void awaitUnknown() {
		int before = this.unknown.size();
		Await.within(PATIENCE, () -> this.unknown.size() > before);
	}

	void awaitRefused() {
		int before = this.refused.size();
		Await.within(PATIENCE, () -> this.refused.size() > before);
	}

	/**
	 * Stops publishing, and waits until each reader has all acknowledged numbers.
	 */
	Traffic end() throws InterruptedException {
		this.publishing = false;
		this.publisher.join(PATIENCE.toMillis());
		return awaitArrival();
	}

	Traffic awaitArrival() {
		for (Reader reader : this.readers) {
			Await.within(PATIENCE, () -> reader.numbers().containsAll(this.acknowledged));
		}
		return this;
	}

	Reader reader(int node) {
		return this.readers.get(node);
	}

	/**
	 * Checks that each reader has received each acknowledged number once and in order, no
	 * refused number, and the same numbers at the same positions as the others.
	 * @param gaps how many gaps were reported to each reader
	 */
	void verify(int gaps) {
		Map<Integer, Position> positions = new HashMap<>();
		for (Reader reader : this.readers) {
			List<Integer> numbers = reader.numbers();
			assertThat(numbers).doesNotHaveDuplicates().containsAll(this.acknowledged);
			verifyOrder(numbers);
			assertThat(numbers).doesNotContainAnyElementsOf(this.refused.isEmpty() ? Set.of(-1) : this.refused);
			Set<Integer> more = new HashSet<>(numbers);
			more.removeAll(this.acknowledged);
			assertThat(this.unknown).containsAll(more);
			assertThat(reader.messages).extracting(Message::position).doesNotHaveDuplicates();
			assertThat(reader.messages.stream().filter(Message::afterGap)).as("gaps").hasSize(gaps);
			for (Message message : reader.messages) {
				Position other = positions.putIfAbsent(Integer.valueOf(message.data()), message.position());
				assertThat(message.position()).as(message.data())
					.isEqualTo((other != null) ? other : message.position());
			}
		}
	}

	/**
	 * Checks that acknowledged numbers are in order. A number of unknown outcome may come
	 * later, since Redis may receive it after numbers of other connections.
	 */
	private void verifyOrder(List<Integer> numbers) {
		int latest = 0;
		for (int number : numbers) {
			if (this.acknowledged.contains(number)) {
				assertThat(number).as("order of %s", numbers).isGreaterThan(latest);
			}
			latest = Math.max(latest, number);
		}
	}

	int unknown() {
		return this.unknown.size();
	}

	@Override
	public void close() {
		this.publishing = false;
		this.readers.forEach((reader) -> reader.subscription.dispose());
	}

	/**
	 * A reader on one node.
	 */
	static final class Reader {

		final List<Message> messages = new CopyOnWriteArrayList<>();

		private final Disposable subscription;

		Reader(Channel channel, Cursor from) {
			this.subscription = channel.messages(from).subscribe(this.messages::add);
		}

		List<Integer> numbers() {
			return this.messages.stream().map((message) -> Integer.valueOf(message.data())).toList();
		}

		List<Integer> afterGap() {
			return this.messages.stream()
				.filter(Message::afterGap)
				.map((message) -> Integer.valueOf(message.data()))
				.toList();
		}

	}

}
