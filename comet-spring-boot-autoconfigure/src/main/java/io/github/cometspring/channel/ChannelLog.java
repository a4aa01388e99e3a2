package io.github.cometspring.channel;

import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What this node knows of one channel: the way to publish on it, a copy of its numbered
 * log, and its live feed. Part of the {@link ChannelBroker} SPI, which says when there is
 * a copy; applications use {@link Channel}.
 * <p>
 * A reader has the log {@linkplain #prepare(Cursor) prepared}, then subscribes to
 * {@link #live()}, then reads: so it misses nothing.
 * <p>
 * The copy may lag behind the channel. A position that the channel has and the copy has
 * not is no gap: who stands there waits. When the copy gets on, the live feed says so.
 * The copy may also change without a message: it has lost some, or the channel has a new
 * epoch, because what kept it has forgotten it. Both are a gap for those who read, and
 * {@link Publication#CHANGE} on the live feed tells them at once.
 * <p>
 * Thread-safe. What does not return a publisher answers at once from what this node has.
 *
 * @since 0.1.0
 */
public interface ChannelLog {

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
	 * Makes this log fit for a reader who comes with a cursor: there is a copy, kept up
	 * to date from now on, and for each position in the cursor it is known whether the
	 * channel has it, in the epoch that it has now. The copy need not have got as far.
	 * @param start where the reader starts
	 * @return completes when the reader may begin, or {@link BrokerUnavailableException}
	 */
	default Mono<Void> prepare(Cursor start) {
		return Mono.empty();
	}

	/**
	 * The position of the newest message that this node has. Its epoch is the one that
	 * the channel has now as far as this node knows, also before there is a copy.
	 * @return the position, of offset 0 if there is no message here
	 */
	Position newest();

	/**
	 * The end of the channel, as far as this node knows: where a reader starts who wants
	 * what is published from now on. After {@link #append} has completed on this node, it
	 * is not before the position that this returned.
	 * @return {@link #newest()}, or a position beyond it that has not arrived here yet
	 */
	default Position end() {
		return newest();
	}

	/**
	 * Where a cursor stands in this channel. A log that has been
	 * {@linkplain #prepare(Cursor) prepared} may know more epochs than the one that the
	 * channel has now, and then {@link #read} goes on from there, and tells the gap where
	 * the epoch ends.
	 * @param start the cursor, which has a position of this channel
	 * @return the position, or {@code null} if what it stood for is lost
	 */
	default @Nullable Position locate(Cursor start) {
		long epoch = newest().epoch();
		OptionalLong offset = start.offset(id(), epoch);
		return offset.isPresent() ? new Position(epoch, offset.getAsLong()) : null;
	}

	/**
	 * How many messages are kept now.
	 * @return the number
	 */
	int retained();

	/**
	 * Whether the channel has ended and this node has all that came before. No message
	 * comes after that; those before can still be read.
	 * @return {@code true} once it is closed
	 */
	boolean isClosed();

	/**
	 * Numbers a message, keeps it and announces it to the live feeds, in one step.
	 * @param data the text
	 * @return its position, or {@link ChannelClosedException} or
	 * {@link BrokerUnavailableException}
	 */
	Mono<Position> append(String data);

	/**
	 * Appends a message and waits for the receipts of those who listen now.
	 * @param data the text
	 * @return the outcome, or {@link ChannelClosedException} or
	 * {@link BrokerUnavailableException}
	 */
	Mono<Outcome> deliver(String data);

	/**
	 * The messages after a position, for a reader that resumes: those that the settings
	 * promise to keep. This judges whether there is a gap: if the position is of another
	 * epoch than the channel's, or beyond its end, or before what is kept. A position
	 * that has not arrived on this node yet is none of these, and is answered with
	 * nothing and itself. Messages of two epochs are never in one replay: where an epoch
	 * ended it stops, and the next one is asked for after the position that this gives.
	 * @param after the position
	 * @return the messages
	 */
	Replay read(Position after);

	/**
	 * The messages after a position, for a reader that has been listening since: also
	 * those that are kept for such readers only.
	 * @param after the position
	 * @return the messages
	 */
	Replay readLive(Position after);

	/**
	 * Everything there is that the settings promise to keep, which is never a gap.
	 * @return the messages
	 */
	Replay readAll();

	/**
	 * The live feed. Subscribers are called by one thread at a time, with one event after
	 * the other and in order, when the log has what the event tells of; they must request
	 * without bound and return at once. Completes when the channel is closed. Meant for a
	 * few subscribers, not for one a client.
	 * @return the events from now on
	 */
	Flux<Publication> live();

	/**
	 * Notes that somebody asks for the channel: the time in which it is idle begins anew.
	 * @return {@code false} if the channel is known to have ended
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
	 * @return completes when its name is free again, or
	 * {@link BrokerUnavailableException}
	 */
	Mono<Void> close();

}
