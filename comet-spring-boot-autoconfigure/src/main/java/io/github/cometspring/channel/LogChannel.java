package io.github.cometspring.channel;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Scheduler;

/**
 * The application's view of one {@link ChannelLog}.
 */
final class LogChannel implements Channel {

	private final ChannelLog log;

	private final long maxMessageSize;

	private final Scheduler scheduler;

	private final LongAdder published;

	private final PublicationObserver observer;

	private final OnceMemory once;

	LogChannel(ChannelLog log, long maxMessageSize, Scheduler scheduler, LongAdder published,
			PublicationObserver observer, OnceMemory once) {
		this.log = log;
		this.maxMessageSize = maxMessageSize;
		this.scheduler = scheduler;
		this.published = published;
		this.observer = observer;
		this.once = once;
	}

	@Override
	public String id() {
		return this.log.id();
	}

	@Override
	public MessageFormat format() {
		return this.log.settings().format();
	}

	@Override
	public Mono<Position> publish(String data) {
		return this.observer.publish(id(), PublicationObserver.Operation.PUBLISH, append(data));
	}

	/**
	 * Publishes a message on subscription. If nothing has to be waited for, this is a
	 * callable, which a caller may ask for the position without a subscription.
	 */
	private Mono<Position> append(String data) {
		if (this.log instanceof ImmediateChannelLog immediate) {
			return Mono.fromCallable(() -> {
				Position position = immediate.appendNow(accept(data));
				this.published.increment();
				return position;
			});
		}
		return Mono.defer(() -> this.log.append(accept(data))).doOnSuccess((position) -> this.published.increment());
	}

	@Override
	public Mono<OnceOutcome> publishOnce(String data, OnceKey key) {
		return this.observer.publish(id(), PublicationObserver.Operation.PUBLISH,
				Mono.defer(() -> appendOnce(accept(data), key)).doOnNext((outcome) -> {
					if (!outcome.repeated()) {
						this.published.increment();
					}
				}));
	}

	private Mono<OnceOutcome> appendOnce(String text, OnceKey key) {
		return this.log.remembersKeys() ? this.log.appendOnce(text, key)
				: this.once.publish(id(), this.log.life(), key, text, this.log.append(text));
	}

	@Override
	public Mono<Outcome> deliver(String data) {
		return this.observer.publish(id(), PublicationObserver.Operation.DELIVER,
				Mono.defer(() -> this.log.deliver(accept(data))).doFinally(this::countDelivery));
	}

	/**
	 * Counts a message whose caller waits for the receipts. A caller that does not wait
	 * for all of them has published it, too.
	 */
	private void countDelivery(SignalType end) {
		if (end != SignalType.ON_ERROR) {
			this.published.increment();
		}
	}

	private String accept(String data) {
		long size = MessageText.utf8Length(data);
		if (size > this.maxMessageSize) {
			throw new MessageTooLargeException(this.log.id(), size, this.maxMessageSize);
		}
		// A text of ASCII alone has no surrogates.
		String text = (size == data.length()) ? data : MessageText.wellFormed(data);
		return (format() == MessageFormat.JSON) ? JsonText.requireValue(this.log.id(), text) : text;
	}

	@Override
	public Flux<Message> messages() {
		return messages(Cursor.LATEST);
	}

	@Override
	public Flux<Message> messages(Cursor from) {
		return Flux.defer(() -> new LogReader(this.log, from).messages(this.scheduler));
	}

	@Override
	public Mono<Cursor> cursor() {
		return Mono.defer(() -> {
			this.log.touch();
			return this.log.prepare(Cursor.LATEST)
				.then(Mono.fromSupplier(() -> Cursor.of(this.log.id(), this.log.end())));
		});
	}

	@Override
	public int subscribers() {
		return this.log.subscribers();
	}

	@Override
	public Flux<Integer> subscriberCounts() {
		// The scheduler keeps subscribers away from the event loop on which a client
		// joins, and from the lock under which the log ends.
		Flux<Integer> counts = Flux.defer(() -> {
			AtomicInteger most = new AtomicInteger();
			return subscriberChanges(most).publishOn(this.scheduler, 1)
				.concatMapIterable((change) -> subscribersSince(most), 1)
				.distinctUntilChanged();
		});
		Flux<Publication> end = this.log.live().ignoreElements().flux().publishOn(this.scheduler);
		// Prepared, so that a close on another node arrives here.
		return this.log.prepare(Cursor.LATEST).thenMany(counts.takeUntilOther(end));
	}

	/**
	 * An event at once, and one or more after each change.
	 * @param most is raised to the number of clients at each change
	 */
	private Flux<Boolean> subscriberChanges(AtomicInteger most) {
		return Flux.create((sink) -> {
			sink.onDispose(this.log.onSubscribersChange(() -> {
				most.accumulateAndGet(this.log.subscribers(), Math::max);
				sink.next(true);
			}));
			sink.next(true);
		}, FluxSink.OverflowStrategy.LATEST);
	}

	/**
	 * The number of clients, after the largest one since the last look if that is larger.
	 * A poll that is answered at once has left before anybody looks, and has listened
	 * nevertheless.
	 */
	private List<Integer> subscribersSince(AtomicInteger most) {
		int largest = most.getAndSet(0);
		int now = this.log.subscribers();
		return (largest > now) ? List.of(largest, now) : List.of(now);
	}

	@Override
	public Mono<Void> close() {
		return this.log.close();
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof LogChannel channel && this.log == channel.log;
	}

	@Override
	public int hashCode() {
		return System.identityHashCode(this.log);
	}

	@Override
	public String toString() {
		return "Channel[" + this.log.id() + "]";
	}

}
