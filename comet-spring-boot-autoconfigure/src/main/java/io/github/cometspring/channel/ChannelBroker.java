package io.github.cometspring.channel;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * SPI: stores the channels. The broker enforces unique names and the limit of channels,
 * and keeps the logs. An application that declares a bean of this type replaces the
 * broker that keeps them in memory.
 * <p>
 * The channels may be stored elsewhere, behind a network. Then a node has a copy of each
 * log that has readers on it. A feed fills the copy, which may lag behind:
 * <ul>
 * <li><b>One channel is one object.</b> As long as a channel lives and code on a node
 * holds its {@link ChannelLog}, all methods of the node's broker return this object for
 * it, also when its epoch changes. The log counts and wakes its readers.</li>
 * <li><b>A log that is returned can be published on, delivered on and closed</b> without
 * a copy of it: {@link #create}, {@link #obtain}, {@link #find} and {@link #list} need
 * not fetch one. Code that reads the log prepares it first, by {@link #findAll} or
 * {@link ChannelLog#prepare(Cursor)}.</li>
 * <li><b>Only the broker detects gaps.</b> It gets the positions of the readers, and
 * checks those that its copy does not cover before it answers. From then on
 * {@link ChannelLog#read} distinguishes a position that has not arrived here yet, whose
 * reader waits, from one that is lost.</li>
 * <li><b>Outage.</b> When the channels cannot be reached, the returned publishers fail
 * with {@link BrokerUnavailableException}. New clients are told to try again; clients
 * that wait on a copy go on waiting. After the outage a copy fetches the messages that it
 * may have missed, and publishes {@link Publication#CHANGE}.</li>
 * </ul>
 * Implementations are thread-safe. Every returned publisher is lazy, and may answer on
 * any thread. A broker that has the answer at once returns a publisher that is a
 * {@link java.util.concurrent.Callable}, as {@link Mono#fromSupplier} does. One that has
 * every answer at once is an {@link ImmediateChannelBroker}.
 *
 * @since 0.1.0
 */
public interface ChannelBroker {

	/**
	 * Creates a channel.
	 * @param id a valid id
	 * @param settings the settings of the channel
	 * @return its log, or {@link DuplicateChannelException},
	 * {@link TooManyChannelsException} or {@link BrokerUnavailableException}
	 */
	Mono<ChannelLog> create(String id, ChannelSettings settings);

	/**
	 * Finds a channel, or creates it. In the same step the channel is
	 * {@linkplain ChannelLog#touch() used}, so the returned channel has not ended.
	 * @param id a valid id
	 * @param settings the settings of the channel if it is created
	 * @return its log, or {@link TooManyChannelsException} or
	 * {@link BrokerUnavailableException}
	 */
	Mono<ChannelLog> obtain(String id, ChannelSettings settings);

	/**
	 * Finds a living channel.
	 * @param id the id, valid or not
	 * @return its log, or empty if there is none, or {@link BrokerUnavailableException}
	 */
	Mono<ChannelLog> find(String id);

	/**
	 * Finds the channels that a client is about to read, in one step. The living ones are
	 * {@linkplain ChannelLog#touch() used} by this. It also finds a channel that was
	 * closed a short while ago, if the client {@linkplain Cursor#knows has} a position in
	 * it and no living channel has its name: the client gets the missing messages, and
	 * then the end. The broker chooses how many closed channels it keeps, and how long.
	 * <p>
	 * All logs are {@linkplain ChannelLog#prepare(Cursor) prepared} for the client.
	 * @param starts the ids, valid or not, and the cursor at which the client starts each
	 * @return the logs by id, without ids that have no channel, or
	 * {@link BrokerUnavailableException}
	 */
	Mono<Map<String, ChannelLog>> findAll(Map<String, Cursor> starts);

	/**
	 * Ends a living channel.
	 * @param id the id, valid or not
	 * @return whether there was one, when its name can be used again, or
	 * {@link BrokerUnavailableException}
	 */
	default Mono<Boolean> close(String id) {
		return find(id).flatMap((log) -> log.close().thenReturn(true)).defaultIfEmpty(false);
	}

	/**
	 * Lists the living channels in no particular order, for the application.
	 * @return their logs, or {@link BrokerUnavailableException}
	 */
	Flux<ChannelLog> list();

	/**
	 * Summarizes one living channel, for an operator. This does not count as use of the
	 * channel.
	 * @param id the id, valid or not
	 * @return the summary, or empty if there is no such channel, or
	 * {@link BrokerUnavailableException}
	 */
	default Mono<ChannelSummary> summary(String id) {
		return find(id).map(ChannelSummary::of);
	}

	/**
	 * Summarizes some of the living channels, for an operator, in the order of their ids.
	 * This method reads the list of all channels; a broker that has an index overrides
	 * it.
	 * @param prefix the prefix of the ids; the empty text matches all
	 * @param skip the number of channels to skip
	 * @param most the largest number of channels to return
	 * @return the part of the list, or {@link BrokerUnavailableException}
	 */
	default Mono<ChannelSummaries> summaries(String prefix, long skip, int most) {
		return list().filter((log) -> log.id().startsWith(prefix))
			.collectSortedList(Comparator.comparing(ChannelLog::id))
			.map((logs) -> {
				List<ChannelSummary> part = logs.stream().skip(skip).limit(most).map(ChannelSummary::of).toList();
				return new ChannelSummaries(part, logs.size());
			});
	}

	/**
	 * Counts the living channels and their retained messages, in one step. Monitoring
	 * calls this often, so a broker keeps running totals.
	 * @return the totals, or {@link BrokerUnavailableException}
	 */
	Mono<BrokerState> state();

}
