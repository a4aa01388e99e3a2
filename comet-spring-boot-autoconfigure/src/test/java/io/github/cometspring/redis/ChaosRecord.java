package io.github.cometspring.redis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.Position;
import reactor.core.publisher.Mono;

/**
 * The outcomes of the numbers that are published on one channel, one after the other, and
 * the failures that may have lost some.
 */
final class ChaosRecord {

	private final String name;

	private final AtomicInteger next = new AtomicInteger();

	private final NavigableSet<Integer> acknowledged = new ConcurrentSkipListSet<>();

	private final Set<Integer> refused = ConcurrentHashMap.newKeySet();

	private final Set<Integer> unknown = ConcurrentHashMap.newKeySet();

	private final List<Loss> losses = new CopyOnWriteArrayList<>();

	private final Map<Position, String> positions = new ConcurrentHashMap<>();

	private final Set<String> violations = ConcurrentHashMap.newKeySet();

	ChaosRecord(String name) {
		this.name = name;
	}

	String name() {
		return this.name;
	}

	/**
	 * Publishes the next number. Waits for publications in flight.
	 * @param publisher publishes a text
	 */
	synchronized void publish(Function<String, Mono<Position>> publisher) {
		int number = this.next.incrementAndGet();
		try {
			Position position = publisher.apply(String.valueOf(number)).block(Traffic.PATIENCE);
			note(position, String.valueOf(number));
			this.acknowledged.add(number);
		}
		catch (BrokerUnavailableException ex) {
			(ex.isOutcomeUnknown() ? this.unknown : this.refused).add(number);
		}
		catch (ChannelClosedException ex) {
			this.violations.add("%s has ended at %d".formatted(this.name, number));
		}
		catch (RuntimeException ex) {
			// Its node has been killed meanwhile.
			this.unknown.add(number);
		}
	}

	/**
	 * Records the text at a position.
	 */
	void note(Position position, String data) {
		String other = this.positions.putIfAbsent(position, data);
		if (other != null && !other.equals(data)) {
			this.violations
				.add("Position %s of %s was given to %s and to %s".formatted(position, this.name, other, data));
		}
	}

	int published() {
		return this.next.get();
	}

	int acknowledged() {
		return this.acknowledged.size();
	}

	int lastAcknowledged() {
		return this.acknowledged.isEmpty() ? 0 : this.acknowledged.last();
	}

	int refused() {
		return this.refused.size();
	}

	int unknown() {
		return this.unknown.size();
	}

	/**
	 * Records a failure that may have lost messages.
	 * @param before the number that was published last before that
	 * @param after a number that was acknowledged after that
	 */
	void lost(int before, int after) {
		this.losses.add(new Loss(before, after));
	}

	/**
	 * Checks what one client has received of this channel.
	 * @param events numbers, and {@code null} where a gap was reported
	 * @return the violations
	 */
	List<String> verify(List<Integer> events) {
		List<String> wrong = new ArrayList<>();
		Set<Integer> received = new HashSet<>();
		int last = 0;
		int gaps = 0;
		for (Integer number : events) {
			if (number == null) {
				gaps++;
				continue;
			}
			if (!received.add(number)) {
				wrong.add("%d came twice".formatted(number));
			}
			if (this.refused.contains(number)) {
				wrong.add("%d came, and was refused".formatted(number));
			}
			if (!this.acknowledged.contains(number)) {
				continue;
			}
			if (number <= last) {
				wrong.add("%d came after %d".formatted(number, last));
				continue;
			}
			verifyStep(last, number, gaps, wrong);
			last = number;
			gaps = 0;
		}
		if (last < lastAcknowledged()) {
			wrong.add("%d was the last of %d".formatted(last, lastAcknowledged()));
		}
		return wrong;
	}

	private void verifyStep(int from, int to, int gaps, List<String> wrong) {
		NavigableSet<Integer> missing = this.acknowledged.subSet(from, false, to, false);
		List<Loss> losses = this.losses.stream().filter((loss) -> loss.isBetween(from, to)).toList();
		if (gaps > losses.size()) {
			wrong.add("%d gaps were reported between %d and %d, where %d failures may have lost something"
				.formatted(gaps, from, to, losses.size()));
		}
		if (!missing.isEmpty()) {
			int latest = losses.stream().mapToInt(Loss::after).max().orElse(0);
			if (gaps == 0) {
				wrong.add("%s are missing between %d and %d and no gap was reported".formatted(missing, from, to));
			}
			else if (missing.last() > latest) {
				wrong.add("%s are missing, and nothing after %d was lost".formatted(missing, latest));
			}
		}
	}

	void violate(String text) {
		this.violations.add(text);
	}

	Set<String> violations() {
		return this.violations;
	}

	/**
	 * A failure that may have lost messages.
	 *
	 * @param before the number that was published last before it
	 * @param after a number that was acknowledged after it
	 */
	private record Loss(int before, int after) {

		/**
		 * Whether it may have come between two numbers.
		 */
		boolean isBetween(int from, int to) {
			return from < this.after && to >= this.before;
		}

	}

}
