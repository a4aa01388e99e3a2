package io.github.cometspring.channel;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A channel: a bounded, numbered history and a live feed. What is published on it reaches
 * every client that listens, in one order.
 * <p>
 * Thread-safe. Every returned publisher is lazy: {@code publish} without a subscription
 * publishes nothing, and each subscription publishes anew.
 *
 * @since 0.1.0
 */
public interface Channel {

	/**
	 * The id by which clients name the channel.
	 * @return the id
	 */
	String id();

	/**
	 * What the messages of the channel are.
	 * @return the format, fixed when the channel was created
	 */
	MessageFormat format();

	/**
	 * Publishes a message. It is accepted, numbered and in history when the returned
	 * publisher completes, which waits for no client.
	 * @param data the text; a lone surrogate is replaced with U+FFFD. On a channel of
	 * {@link MessageFormat#JSON} one JSON value, from which white space between tokens is
	 * taken out
	 * @return the place of the message, or {@link MessageTooLargeException},
	 * {@link ChannelClosedException} or {@link InvalidJsonException}
	 */
	Mono<Position> publish(String data);

	/**
	 * Publishes a message, then waits for the clients that are connected now. Completes
	 * when each of them either had its answer handed to the operating system's network
	 * layer or was gone; at once when nobody listens. A client that is stuck keeps it
	 * waiting until it is either.
	 * @param data the text, as for {@link #publish(String)}
	 * @return how many clients had the message, and how many failed
	 */
	Mono<Outcome> deliver(String data);

	/**
	 * The messages from now on, for the application itself. Completes when the channel is
	 * closed. A subscriber that is slower than the history lasts is told so by
	 * {@link Message#afterGap()}.
	 * @return the messages in order
	 */
	Flux<Message> messages();

	/**
	 * The messages after a cursor, then those to come.
	 * @param from where to start
	 * @return the messages in order; the first has {@link Message#afterGap()} if history
	 * no longer had all that came after the cursor
	 */
	Flux<Message> messages(Cursor from);

	/**
	 * The present end of the channel, to hand to a page together with the id: who starts
	 * there misses nothing that is published later.
	 * @return the cursor
	 */
	Mono<Cursor> cursor();

	/**
	 * The id and the present end of the channel in one, as a page needs them.
	 * @return the handle, which any JSON library writes as
	 * {@code {"channel":"…","cursor":"…"}}
	 */
	default Mono<ChannelHandle> handle() {
		return cursor().map((cursor) -> ChannelHandle.of(id(), cursor));
	}

	/**
	 * How many clients are connected to this node and wait for this channel. The
	 * application's own {@link #messages()} do not count.
	 * @return the number at this moment
	 */
	int subscribers();

	/**
	 * Ends the channel for everyone and frees its place under the limit. What was
	 * published before reaches the clients that wait, then they are told of the end.
	 * Closing a closed channel does nothing.
	 * @return completes when the name is free again
	 */
	Mono<Void> close();

}
