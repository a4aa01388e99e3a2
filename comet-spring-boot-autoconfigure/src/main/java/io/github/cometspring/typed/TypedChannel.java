package io.github.cometspring.typed;

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
	 * The channel itself, for those who want the JSON, the positions or the gaps.
	 * @return the channel
	 */
	public Channel channel() {
		return this.channel;
	}

	/**
	 * Publishes a value. It is accepted, numbered and in history when the returned
	 * publisher completes, which waits for no client. A value that cannot be published
	 * fails its own publication and nothing else.
	 * @param value the value
	 * @return the place of the message, or {@link UnwritableValueException},
	 * {@link MessageTooLargeException} or {@link ChannelClosedException}
	 */
	public Mono<Position> publish(T value) {
		return Mono.defer(() -> this.channel.publish(write(value)));
	}

	/**
	 * Publishes a value, then waits for the clients that are connected now, as
	 * {@link Channel#deliver(String)} does.
	 * @param value the value
	 * @return how many clients had the message, and how many failed, or an error as for
	 * {@link #publish(Object)}
	 */
	public Mono<Outcome> deliver(T value) {
		return Mono.defer(() -> this.channel.deliver(write(value)));
	}

	/**
	 * Publishes what a source emits, in its order, as it comes. The next value is asked
	 * for when the one before it is in history, so a source that heeds backpressure is
	 * never ahead of the channel by more than one.
	 * <p>
	 * The end of the source closes the channel. Its error does not, for clients take the
	 * end of a channel for the end of its story: the application sees the error, and
	 * binds another source, or closes the channel. A value that cannot be published ends
	 * the binding in the same way, and so does {@link ChannelClosedException} with the
	 * first value after somebody else has closed the channel; the source is cancelled
	 * then. Cancelling the binding cancels the source and leaves the channel open.
	 * @param source the values
	 * @return completes when the source has ended and the channel is closed, or has the
	 * error of the source or of a publication
	 */
	public Mono<Void> bind(Flux<? extends T> source) {
		return source.concatMap(this::publish, 1).then(close());
	}

	/**
	 * The values from now on, for the application itself. Completes when the channel is
	 * closed. Gaps are passed over in silence: {@link #channel()} tells them.
	 * @return the values in order, or {@link UnreadableMessageException} at the first
	 * message that is not of the type
	 */
	public Flux<T> messages() {
		return this.channel.messages().map(this::read);
	}

	/**
	 * The values after a cursor, then those to come.
	 * @param from where to start
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
	 * The id and the present end of the channel in one, as {@link Channel#handle()}.
	 * @return the handle
	 */
	public Mono<ChannelHandle> handle() {
		return this.channel.handle();
	}

	/**
	 * How many clients are connected to this node and wait for this channel.
	 * @return the number at this moment
	 */
	public int subscribers() {
		return this.channel.subscribers();
	}

	/**
	 * Ends the channel for everyone, as {@link Channel#close()}.
	 * @return completes when the name is free again
	 */
	public Mono<Void> close() {
		return this.channel.close();
	}

	private String write(T value) {
		Objects.requireNonNull(value, "value");
		try {
			return this.writer.writeValueAsString(value);
		}
		catch (JacksonException ex) {
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
