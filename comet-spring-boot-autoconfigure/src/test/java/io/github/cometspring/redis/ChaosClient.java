package io.github.cometspring.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.web.Reader;

/**
 * A client that reads some events, drops its connection, continues from its cursor after
 * a pause, and retries after each failure. Each connection may lead to another node.
 */
final class ChaosClient {

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

	/**
	 * How many events a client reads at most before it drops a stream. Some are much
	 * larger than what is published while it pauses, so that it catches up, whatever the
	 * speed of the machine.
	 */
	private static final List<Integer> MOST_EVENTS = List.of(40, 40, 40, 1000);

	private final Transport transport;

	private final Reader reader;

	private final List<String> channels;

	private final Random random;

	private final Map<String, List<Integer>> events = new HashMap<>();

	private final Map<String, Integer> latest = new HashMap<>();

	private final List<String> wrong = new ArrayList<>();

	private final Map<String, Integer> failures = new HashMap<>();

	private volatile boolean stopped;

	ChaosClient(Transport transport, int port, List<String> channels, long seed) {
		this.transport = transport;
		this.reader = new Reader(port, Cursor.EARLIEST.token());
		this.channels = channels;
		this.random = new Random(seed);
	}

	Thread start() {
		Thread thread = new Thread(this::run, "client");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	void stop() {
		this.stopped = true;
	}

	private void run() {
		while (!this.stopped) {
			try {
				int most = 1 + this.random.nextInt(MOST_EVENTS.get(this.random.nextInt(MOST_EVENTS.size())));
				List<String> read = this.reader.read(this.transport, this.channels, most);
				synchronized (this) {
					read.forEach(this::take);
				}
			}
			catch (RuntimeException ex) {
				synchronized (this) {
					this.failures.merge(describe(ex), 1, Integer::sum);
				}
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(this.random.nextInt((int) LONGEST_PAUSE.toMillis())));
		}
	}

	private void take(String event) {
		String[] message = event.split("=", 2);
		if (message.length == 2) {
			int number = Integer.parseInt(message[1]);
			events(message[0]).add(number);
			this.latest.merge(message[0], number, Math::max);
			return;
		}
		String[] notice = event.split("!", 2);
		if (notice[1].equals("gap")) {
			List<Integer> before = events(notice[0]);
			// A gap event has no id, so a stream that is dropped right after it repeats
			// it.
			boolean again = this.transport == Transport.SSE && !before.isEmpty()
					&& before.get(before.size() - 1) == null;
			if (!again) {
				before.add(null);
			}
		}
		else {
			this.wrong.add(event);
		}
	}

	private List<Integer> events(String channel) {
		return this.events.computeIfAbsent(channel, (name) -> new ArrayList<>());
	}

	/**
	 * Whether it has received a number, or a later one.
	 */
	synchronized boolean hasReached(String channel, int number) {
		return this.latest.getOrDefault(channel, 0) >= number;
	}

	/**
	 * How many gaps were reported to it.
	 */
	synchronized long gaps() {
		return this.events.values().stream().flatMap(List::stream).filter(Objects::isNull).count();
	}

	/**
	 * How many connections have failed, by reason.
	 */
	synchronized Map<String, Integer> failures() {
		return Map.copyOf(this.failures);
	}

	@Override
	public String toString() {
		return this.transport.toString();
	}

	private static String describe(RuntimeException ex) {
		String text = String.valueOf(ex.getMessage());
		return ex.getClass().getSimpleName() + " " + text.substring(0, Math.min(text.length(), 60));
	}

	/**
	 * Checks what it has received.
	 */
	synchronized List<String> verify(List<ChaosRecord> records) {
		List<String> all = new ArrayList<>(this.wrong);
		for (ChaosRecord log : records) {
			log.verify(events(log.name())).forEach((text) -> all.add(log.name() + ": " + text));
		}
		return all.stream().map((text) -> this.transport + ", " + text).toList();
	}

}
