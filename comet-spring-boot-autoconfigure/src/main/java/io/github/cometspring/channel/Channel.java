package io.github.cometspring.channel;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A channel: a bounded, numbered history and a live feed. Every client that listens
 * receives the messages in the same order.
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
	 * The format of the messages of the channel.
	 * @return the format, fixed when the channel was created
	 */
	MessageFormat format();

	/**
	 * Publishes a message. When the returned publisher completes, the message has its
	 * number and is in the history. This does not wait for clients.
	 * @param data the text; a lone surrogate is replaced with U+FFFD. On a channel of
	 * {@link MessageFormat#JSON} it is one JSON value, from which white space between
	 * tokens is removed
	 * @return the position of the message, or {@link MessageTooLargeException},
	 * {@link ChannelClosedException} or {@link InvalidJsonException}
	 */
	Mono<Position> publish(String data);

	/**
	 * Publishes a message unless it has been published on this channel by an earlier call
	 * with the same key. So a call can be repeated after an error or a lost answer, and
	 * nobody receives the message twice.
	 * <p>
	 * A broker that remembers keys does so for all nodes, in the step that publishes, as
	 * the one on Redis does; then a repeated call also finds out what has become of a
	 * call whose answer was lost. With any other broker this node remembers the
	 * publications that it has made itself, at most the last 100,000 of all channels; a
	 * call whose outcome is unknown stays so, and publishes nothing when it is repeated.
	 * @param data the text, as for {@link #publish(String)}, the same in each call with
	 * the key
	 * @param key names the publication
	 * @return the position of the message, or an error as for {@link #publish(String)},
	 * {@link KeyReusedException} if another message has been published with this key,
	 * {@link KeyInUseException} if a publication with it is under way,
	 * {@link KeyOutcomeUnknownException} if it is not known what became of it, or
	 * {@link UnsupportedOperationException} if this implementation does not know keys
	 */
	default Mono<OnceOutcome> publishOnce(String data, OnceKey key) {
		return Mono.error(() -> new UnsupportedOperationException("No keys on this channel"));
	}

	/**
	 * Publishes a message, then waits for the clients that are connected to this node
	 * now; those of other nodes receive it as with {@link #publish(String)}. Completes
	 * when the message has been handed to the operating system's network layer for each
	 * of them, or the client has disconnected; at once when no client listens. A stalled
	 * client delays this until one of the two happens.
	 * @param data the text, as for {@link #publish(String)}
	 * @return how many clients the message was written to, and how many failed
	 */
	Mono<Outcome> deliver(String data);

	/**
	 * The messages from now on, for the application itself. Completes when the channel is
	 * closed. If a slow subscriber misses messages that left the history, the next
	 * message has {@link Message#afterGap()}.
	 * @return the messages in order
	 */
	Flux<Message> messages();

	/**
	 * The messages after a cursor, then new ones.
	 * @param from where to start
	 * @return the messages in order; the first has {@link Message#afterGap()} if the
	 * history no longer had all messages after the cursor
	 */
	Flux<Message> messages(Cursor from);

	/**
	 * The present end of the channel, to hand to a page together with the id. A client
	 * that starts there misses nothing that is published later.
	 * @return the cursor
	 */
	Mono<Cursor> cursor();

	/**
	 * The id and the present end of the channel together, as a page needs them.
	 * @return the handle, which any JSON library writes as
	 * {@code {"channel":"…","cursor":"…"}}
	 */
	default Mono<ChannelHandle> handle() {
		return cursor().map((cursor) -> ChannelHandle.of(id(), cursor));
	}

	/**
	 * The number of clients on this node that listen to this channel. The application's
	 * own subscriptions to {@link #messages()} do not count.
	 * @return the number at this moment
	 */
	int subscribers();

	/**
	 * The number of clients on this node that listen to this channel: the present one,
	 * and the newest one after it has changed. Numbers in between may be left out: a
	 * client that comes and leaves at once need not be noticed. A client that polls does
	 * not listen between two polls.
	 * @return the numbers; completes when the channel is closed, or has
	 * {@link BrokerUnavailableException} if the channel cannot be reached now
	 */
	Flux<Integer> subscriberCounts();

	/**
	 * Ends the channel for all readers, and no longer counts it under the limit. Clients
	 * that are waiting first receive the messages published before, then the end. Closing
	 * a closed channel does nothing.
	 * @return completes when the name can be used again
	 */
	Mono<Void> close();

}
