package io.github.cometspring.publish;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Publishes what nobody waits for, on each channel in the order of the calls: a
 * publication begins when the one before it on the same channel has ended. Otherwise the
 * second could overtake the first while a broker behind a network creates the channel.
 * <p>
 * A publication for which none is under way begins at once, on the thread of the call.
 * Others wait, at most {@value #MOST_WAITING} on all channels together; further ones are
 * refused.
 * <p>
 * Thread-safe.
 */
final class PublicationQueues {

	/** The number of publications that may wait. */
	static final int MOST_WAITING = 10_000;

	private final Object guard = new Object();

	/**
	 * The channels on which a publication is under way, with those that wait for it.
	 * Guarded.
	 */
	private final Map<String, Queue<Publication>> waiting = new HashMap<>();

	/** How many wait. Guarded. */
	private int count;

	/**
	 * Publishes.
	 * @param channel the name of the channel
	 * @param work publishes when it is subscribed to
	 * @param failed receives the error if the publication fails, and must not throw
	 * @return whether it is published or waits; {@code false} if too many wait
	 */
	boolean publish(String channel, Mono<?> work, Consumer<Throwable> failed) {
		Publication publication = new Publication(channel, work, failed);
		synchronized (this.guard) {
			Queue<Publication> others = this.waiting.get(channel);
			if (others != null) {
				if (this.count == MOST_WAITING) {
					return false;
				}
				this.count++;
				return others.add(publication);
			}
			this.waiting.put(channel, new ArrayDeque<>(4));
		}
		begin(publication);
		return true;
	}

	/**
	 * Begins a publication, and those after it as long as each ends at once: a loop, as
	 * calls within calls would fill the stack.
	 */
	private void begin(@Nullable Publication publication) {
		Publication next = publication;
		while (next != null && next.endsAtOnce()) {
			next = next(next.channel);
		}
	}

	private @Nullable Publication next(String channel) {
		synchronized (this.guard) {
			Queue<Publication> others = this.waiting.get(channel);
			Publication next = (others != null) ? others.poll() : null;
			if (next != null) {
				this.count--;
			}
			else {
				this.waiting.remove(channel);
			}
			return next;
		}
	}

	/**
	 * A publication on a channel.
	 */
	private final class Publication {

		private final String channel;

		private final Mono<?> work;

		private final Consumer<Throwable> failed;

		/**
		 * Set by what comes first, the end of the publication or the return of the call
		 * that begins it. What comes second goes on with the next publication.
		 */
		private final AtomicBoolean first = new AtomicBoolean();

		private Publication(String channel, Mono<?> work, Consumer<Throwable> failed) {
			this.channel = channel;
			this.work = work;
			this.failed = failed;
		}

		/**
		 * Begins.
		 * @return whether it has ended already
		 */
		private boolean endsAtOnce() {
			try {
				this.work.subscribe(null, this::fail, this::end);
			}
			catch (Throwable ex) {
				// Reactor throws what is fatal. The channel must not stay occupied.
				this.failed.accept(ex);
				return true;
			}
			return !this.first.compareAndSet(false, true);
		}

		private void fail(Throwable error) {
			this.failed.accept(error);
			end();
		}

		private void end() {
			if (!this.first.compareAndSet(false, true)) {
				begin(next(this.channel));
			}
		}

	}

}
