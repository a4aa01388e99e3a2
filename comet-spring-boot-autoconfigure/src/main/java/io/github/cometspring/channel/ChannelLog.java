package io.github.cometspring.channel;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * One channel on this node: publishes on it, holds a copy of its numbered log, and has
 * its live feed. Part of the {@link ChannelBroker} SPI, which says when there is a copy;
 * applications use {@link Channel}.
 * <p>
 * A reader first {@linkplain #prepare(Cursor) prepares} the log, then subscribes to
 * {@link #live()}, then reads. In this order it misses nothing.
 * <p>
 * The copy may lag behind the channel. A position that the channel has and the copy does
 * not have yet is no gap: a reader at that position waits, and the live feed wakes it
 * when the copy has got there. The copy may also change without a message: it has lost
 * messages, or the channel has a new epoch because its store has lost it. Both are a gap
 * for readers, and {@link Publication#CHANGE} on the live feed wakes them at once.
 * <p>
 * Thread-safe. Methods that do not return a publisher answer at once from the data of
 * this node. A log that also takes messages at once is an {@link ImmediateChannelLog}.
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
	 * Prepares this log for a reader at a cursor. From now on there is a copy that is
	 * kept up to date, and for each position in the cursor it is known whether the
	 * channel has it in its present epoch. The copy need not reach that position yet.
	 * @param start the cursor of the reader
	 * @return completes when the reader may begin, or {@link BrokerUnavailableException}
	 */
	default Mono<Void> prepare(Cursor start) {
		return Mono.empty();
	}

	/**
	 * The position of the newest message that this node has. Its epoch is the present one
	 * as far as this node knows, also before there is a copy.
	 * @return the position, of offset 0 if there is no message here
	 */
	Position newest();

	/**
	 * The end of the channel, as far as this node knows. A reader of messages from now on
	 * starts there. After {@link #append} has completed on this node, the end is not
	 * before the position that it returned.
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
	 * The number of messages that are kept now.
	 * @return the number
	 */
	int retained();

	/**
	 * Whether the channel has ended and this node has all of its messages. Those can
	 * still be read.
	 * @return {@code true} once it is closed
	 */
	boolean isClosed();

	/**
	 * Numbers a message, stores it and publishes it to the live feeds, in one step.
	 * @param data the text
	 * @return its position, or {@link ChannelClosedException} or
	 * {@link BrokerUnavailableException}
	 */
	Mono<Position> append(String data);

	/**
	 * Whether the broker remembers keys for all nodes, so that {@link #appendOnce} may be
	 * called. If not, each node remembers those of its own publications.
	 * @return {@code false} unless the broker says otherwise
	 */
	default boolean remembersKeys() {
		return false;
	}

	/**
	 * Appends a message, unless one was appended with the same key, in one step.
	 * @param data the text
	 * @param key names the publication
	 * @return the position of the message, now or earlier appended, or
	 * {@link KeyReusedException} if the earlier one has another text, or an error as for
	 * {@link #append}
	 */
	default Mono<OnceOutcome> appendOnce(String data, OnceKey key) {
		return Mono.error(() -> new UnsupportedOperationException("This broker does not remember keys"));
	}

	/**
	 * Distinguishes this channel from others that have had its id. A node that
	 * {@linkplain #remembersKeys() remembers keys itself} keeps this with each of them,
	 * perhaps for longer than the channel lives, so a log with many messages returns
	 * something smaller than itself.
	 * @return the same for all publications on this channel, by {@code equals}
	 */
	default Object life() {
		return this;
	}

	/**
	 * Appends a message and waits for the receipts of the clients that listen now.
	 * @param data the text
	 * @return the outcome, or {@link ChannelClosedException} or
	 * {@link BrokerUnavailableException}
	 */
	Mono<Outcome> deliver(String data);

	/**
	 * The messages after a position, for a reader that resumes: those that the settings
	 * promise to keep. There is a gap if the position is of another epoch than the
	 * channel's, or beyond its end, or before the messages that are kept. A position that
	 * has not arrived on this node yet is no gap: the replay is empty and ends at that
	 * position. Messages of two epochs are never in one replay: it stops where an epoch
	 * ends, and the next replay goes on from its position.
	 * @param after the position
	 * @return the messages
	 */
	Replay read(Position after);

	/**
	 * The messages after a position, for a reader that has been listening since then. It
	 * includes messages that are kept for such readers only.
	 * @param after the position
	 * @return the messages
	 */
	Replay readLive(Position after);

	/**
	 * All messages that the settings promise to keep. This is never a gap.
	 * @return the messages
	 */
	Replay readAll();

	/**
	 * The live feed. Subscribers are called by one thread at a time and in order, after
	 * the log has the message of the event. They must request without bound and return at
	 * once. Completes when the channel is closed. Meant for a few subscribers, not for
	 * one per client.
	 * @return the events from now on
	 */
	Flux<Publication> live();

	/**
	 * Marks the channel as used: its idle time begins anew.
	 * @return {@code false} if the channel is known to have ended
	 */
	default boolean touch() {
		return !isClosed();
	}

	/**
	 * The number of clients that listen on this node.
	 * @return the number
	 */
	int subscribers();

	/**
	 * Calls a listener after each change of {@link #subscribers()}, from now on. This
	 * method calls it ten times a second; a log that knows of changes overrides it with
	 * {@link SubscriberListeners}.
	 * @param listener may be called by any thread, by several at a time, and without a
	 * change; returns at once
	 * @return ends the calls
	 */
	default Disposable onSubscribersChange(Runnable listener) {
		return Schedulers.parallel().schedulePeriodically(listener, 100, 100, TimeUnit.MILLISECONDS);
	}

	/**
	 * Records that a client listens.
	 */
	void join();

	/**
	 * Records that a client no longer listens.
	 */
	void leave();

	/**
	 * Ends the channel.
	 * @return completes when its name can be used again, or
	 * {@link BrokerUnavailableException}
	 */
	Mono<Void> close();

}
