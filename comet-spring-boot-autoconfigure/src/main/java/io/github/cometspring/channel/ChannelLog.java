package io.github.cometspring.channel;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What this node knows of one channel: its numbered log and its live feed. Part of the
 * {@link ChannelBroker} SPI; applications use {@link Channel}.
 * <p>
 * Thread-safe. To miss nothing, subscribe to {@link #live()} first and read afterwards.
 *
 * @since 0.1.0
 */
public interface ChannelLog {

	/**
	 * Asks {@link #read} for everything there is, whatever went before.
	 */
	long EARLIEST = -1;

	/**
	 * The id of the channel.
	 * @return the id
	 */
	String id();

	/**
	 * The settings the channel was created with.
	 * @return the settings
	 */
	ChannelSettings settings();

	/**
	 * The epoch of the channel's positions.
	 * @return the epoch
	 */
	long epoch();

	/**
	 * The offset of the newest message.
	 * @return the offset, 0 before the first message
	 */
	long newest();

	/**
	 * How many messages are kept now.
	 * @return the number
	 */
	int retained();

	/**
	 * Whether the channel has ended. No message comes after that; those before can still
	 * be read.
	 * @return {@code true} once it is closed
	 */
	boolean isClosed();

	/**
	 * Numbers a message, keeps it and announces it to the live feed, in one step.
	 * @param data the text
	 * @return its position, or {@link ChannelClosedException}
	 */
	Mono<Position> append(String data);

	/**
	 * Appends a message and waits for the receipts of those who listen now.
	 * @param data the text
	 * @return the outcome, or {@link ChannelClosedException}
	 */
	Mono<Outcome> deliver(String data);

	/**
	 * The messages after an offset, for a reader that resumes: those that the settings
	 * promise to keep.
	 * @param after the offset, or {@link #EARLIEST}
	 * @return the messages
	 */
	Replay read(long after);

	/**
	 * The messages after an offset, for a reader that has been listening since: also
	 * those that are kept for such readers only.
	 * @param after the offset
	 * @return the messages
	 */
	Replay readLive(long after);

	/**
	 * The live feed. Subscribers are called by the publisher, one event at a time and in
	 * order; they must request without bound and return at once. Completes when the
	 * channel is closed. Meant for a few subscribers, not for one a client.
	 * @return the events from now on
	 */
	Flux<Publication> live();

	/**
	 * Notes that somebody asks for the channel: the time in which it is idle begins anew.
	 * @return {@code false} if the channel has ended
	 */
	default boolean touch() {
		return !isClosed();
	}

	/**
	 * How many clients listen on this node.
	 * @return the number
	 */
	int subscribers();

	/**
	 * Notes that a client listens.
	 */
	void join();

	/**
	 * Notes that a client no longer listens.
	 */
	void leave();

	/**
	 * Ends the channel.
	 * @return completes when its name is free again
	 */
	Mono<Void> close();

}
