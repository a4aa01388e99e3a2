package io.github.cometspring.typed;

import java.time.Duration;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageTooLargeException;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/**
 * A channel of values, each published as one JSON value.
 * <p>
 * Thread-safe. Every returned publisher is lazy: {@code publish} without a subscription
 * publishes nothing, and each subscription publishes anew.
 *
 * @param <T> the type of the values
 * @since 0.1.0
 * @see TypedChannels
 */
public final class TypedChannel<T> {

	private final Channel channel;

	private final ObjectWriter writer;

	private final ObjectReader reader;

	TypedChannel(Channel channel, ObjectWriter writer, ObjectReader reader) {
		this.channel = channel;
		this.writer = writer;
		this.reader = reader;
	}

	/**
	 * The id by which clients name the channel.
	 * @return the id
	 */
	public String id() {
		return this.channel.id();
	}

	/**
	 * The underlying channel, which has the JSON, the positions and the gaps.
	 * @return the channel
	 */
	public Channel channel() {
		return this.channel;
	}

	/**
	 * Publishes a value. When the returned publisher completes, the message has its
	 * number and is in the history. This does not wait for clients. A value that cannot
	 * be published fails this publication only.
	 * @param value the value
	 * @return the position of the message, or {@link UnwritableValueException},
	 * {@link MessageTooLargeException} or {@link ChannelClosedException}
	 */
	public Mono<Position> publish(T value) {
		return Mono.defer(() -> this.channel.publish(write(value)));
	}

	/**
	 * Publishes a value, then waits for the clients that are connected now, as
	 * {@link Channel#deliver(String)} does.
	 * @param value the value
	 * @return how many clients the message was written to, and how many failed, or an
	 * error as for {@link #publish(Object)}
	 */
	public Mono<Outcome> deliver(T value) {
		return Mono.defer(() -> this.channel.deliver(write(value)));
	}

	/**
	 * Publishes the values of a source, in its order. The next value is requested when
	 * the one before it is in the history, so a source that obeys backpressure is at most
	 * one value ahead of the channel.
	 * <p>
	 * When the source completes, the channel is closed. An error of the source does not
	 * close it, because clients would take the end of the channel for the end of the
	 * data. The application gets the error, and binds another source or closes the
	 * channel. A value that cannot be published ends the binding in the same way, and so
	 * does {@link ChannelClosedException} with the first value after the channel was
	 * closed elsewhere; the source is cancelled then. Cancelling the binding cancels the
	 * source and leaves the channel open.
	 * @param source the values
	 * @return completes when the source has ended and the channel is closed, or has the
	 * error of the source or of a publication
	 */
	public Mono<Void> bind(Flux<? extends T> source) {
		// As signals, so that an error of the source waits for the values before it,
		// while an error of a publication ends the binding at once.
		return source.materialize().concatMap(this::publishNext, 0).then(close());
	}

	private Mono<Position> publishNext(Signal<? extends T> signal) {
		Throwable error = signal.getThrowable();
		if (error != null) {
			return Mono.error(error);
		}
		T value = signal.get();
		return (value != null) ? publish(value) : Mono.empty();
	}

	/**
	 * Publishes the values of a source as {@link #bind(Flux)} does, but waits for the
	 * first listeners, or ends with the last, as the options say.
	 * <p>
	 * The source is not subscribed to before there are as many listeners as the options
	 * ask for, and then on a thread of {@code Schedulers.parallel()}: a source that
	 * blocks needs {@code subscribeOn}. If they have a grace period and nobody listens
	 * for as long, the source is cancelled and the channel is closed, as when the source
	 * had completed.
	 * <p>
	 * When the channel is closed by others, such as the handler of a stop button on any
	 * node, the source is cancelled at once and the binding completes.
	 * <p>
	 * Listeners are the clients of this node. With several nodes, a client that
	 * reconnects may be on another one: do not use a grace period there, and bind with
	 * {@link BindOptions#autoConnect(int) autoConnect(0)}.
	 * @param source the values
	 * @param options when the source begins and ends
	 * @return completes when the channel is closed, or has an error as for
	 * {@link #bind(Flux)}
	 */
	public Mono<Void> bind(Flux<? extends T> source, BindOptions options) {
		Objects.requireNonNull(options, "options");
		Flux<? extends T> ending = source.takeUntilOther(Mono.defer(() -> end(options)));
		return this.channel.subscriberCounts()
			.filter((count) -> count >= options.minSubscribers())
			.next()
			.flatMap((count) -> bind(ending))
			.onErrorComplete((ex) -> ex instanceof ChannelClosedException closed && closed.getChannel().equals(id()));
	}

	/**
	 * Completes when the channel is closed, or when nobody has listened for the grace
	 * period.
	 */
	private Mono<Void> end(BindOptions options) {
		Duration gracePeriod = options.gracePeriod();
		if (gracePeriod == null) {
			return this.channel.subscriberCounts().then();
		}
		Flux<Mono<Long>> deadlines = this.channel.subscriberCounts()
			.map((count) -> count == 0)
			.distinctUntilChanged()
			.map((abandoned) -> abandoned ? Mono.delay(gracePeriod) : Mono.never());
		// The last deadline is over at once: then the channel is closed.
		return Flux.switchOnNext(deadlines.concatWithValues(Mono.just(0L))).next().then();
	}

	/**
	 * The values from now on, for the application itself. Completes when the channel is
	 * closed. Gaps are not reported here; {@link #channel()} reports them.
	 * @return the values in order, or {@link UnreadableMessageException} at the first
	 * message that is not of the type
	 */
	public Flux<T> messages() {
		return this.channel.messages().map(this::read);
	}

	/**
	 * The values after a cursor, then new ones.
	 * @param from the cursor to start at
	 * @return the values in order, as for {@link #messages()}
	 */
	public Flux<T> messages(Cursor from) {
		return this.channel.messages(from).map(this::read);
	}

	/**
	 * The present end of the channel, as {@link Channel#cursor()}.
	 * @return the cursor
	 */
	public Mono<Cursor> cursor() {
		return this.channel.cursor();
	}

	/**
	 * The id and the present end of the channel together, as {@link Channel#handle()}.
	 * @return the handle
	 */
	public Mono<ChannelHandle> handle() {
		return this.channel.handle();
	}

	/**
	 * The number of clients on this node that listen to this channel.
	 * @return the number at this moment
	 */
	public int subscribers() {
		return this.channel.subscribers();
	}

	/**
	 * Ends the channel for all readers, as {@link Channel#close()}.
	 * @return completes when the name can be used again
	 */
	public Mono<Void> close() {
		return this.channel.close();
	}

	private String write(T value) {
		Objects.requireNonNull(value, "value");
		try {
			return this.writer.writeValueAsString(value);
		}
		// Also what the application's code throws that Jackson calls. If a class is
		// missing, Reactor would throw the error at whoever subscribes.
		catch (RuntimeException | LinkageError ex) {
			throw new UnwritableValueException(id(), value.getClass().getName(), ex);
		}
	}

	private T read(Message message) {
		@Nullable T value;
		try {
			value = this.reader.readValue(message.data());
		}
		catch (JacksonException ex) {
			throw unreadable(message);
		}
		if (value == null) {
			throw unreadable(message);
		}
		return value;
	}

	private UnreadableMessageException unreadable(Message message) {
		return new UnreadableMessageException(message.channel(), message.position(),
				this.reader.getValueType().toCanonical());
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof TypedChannel<?> typed && this.channel.equals(typed.channel)
				&& this.reader.getValueType().equals(typed.reader.getValueType());
	}

	@Override
	public int hashCode() {
		return this.channel.hashCode();
	}

	@Override
	public String toString() {
		return "TypedChannel[" + id() + "]";
	}

}
