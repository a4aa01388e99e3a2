package io.github.cometspring.channel;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * SPI: where channels live. The broker decides which names are taken and how many
 * channels there may be, and keeps their logs. To replace the one that keeps them in
 * memory, an application declares a bean of this type.
 * <p>
 * The channels may live elsewhere, behind a network. Then a node has a copy of each log
 * that somebody reads on it, which a feed fills and which may lag behind:
 * <ul>
 * <li><b>One channel is one object.</b> As long as a channel lives and somebody on a node
 * holds its {@link ChannelLog}, all methods of the node's broker return this object for
 * it, also when its epoch changes. Readers are counted and woken by it.</li>
 * <li><b>A log that is returned can be published on, delivered on and closed</b> without
 * a copy of it: {@link #create}, {@link #obtain}, {@link #find} and {@link #list} need
 * not fetch one. Who reads has it made fit for reading first, by {@link #findAll} or
 * {@link ChannelLog#prepare(Cursor)}.</li>
 * <li><b>The broker alone judges a gap.</b> It gets the positions that the readers come
 * with, and finds out about those that its copy does not cover before it answers. From
 * then on {@link ChannelLog#read} can tell a position that has not arrived here yet,
 * whose reader waits, from one that is lost.</li>
 * <li><b>Away.</b> When the channels cannot be reached, the returned publishers fail with
 * {@link BrokerUnavailableException}. Clients are told to come again; those that wait on
 * a copy go on waiting. A copy that may have missed something makes up for it when the
 * channels are there again, and {@linkplain Publication#CHANGE says so}.</li>
 * </ul>
 * Implementations are thread-safe. Every returned publisher is lazy, and may answer on
 * any thread; who has the answer at once returns a publisher that is a
 * {@link java.util.concurrent.Callable}, as {@link Mono#fromSupplier} does.
 *
 * @since 0.1.0
 */
public interface ChannelBroker {

	/**
	 * Creates a channel.
	 * @param id a valid id
	 * @param settings what the channel keeps
	 * @return its log, or {@link DuplicateChannelException},
	 * {@link TooManyChannelsException} or {@link BrokerUnavailableException}
	 */
	Mono<ChannelLog> create(String id, ChannelSettings settings);

	/**
	 * Finds a channel, or creates it. Who asks for it {@linkplain ChannelLog#touch()
	 * uses} it, in the same step: what is returned has not ended.
	 * @param id a valid id
	 * @param settings what the channel keeps if it is created
	 * @return its log, or {@link TooManyChannelsException} or
	 * {@link BrokerUnavailableException}
	 */
	Mono<ChannelLog> obtain(String id, ChannelSettings settings);

	/**
	 * Finds a living channel.
	 * @param id the id, of whatever shape
	 * @return its log, or empty if there is none, or {@link BrokerUnavailableException}
	 */
	Mono<ChannelLog> find(String id);

	/**
	 * Finds the channels that a client is about to read, in one step. The living ones are
	 * {@linkplain ChannelLog#touch() used} by this. Of those that were closed a short
	 * while ago, the ones are found too of which the client {@linkplain Cursor#knows has}
	 * a position, where no other has their name: it gets what it lacks, and then the end.
	 * How many are kept, and how long, is the broker's choice.
	 * <p>
	 * All logs are {@linkplain ChannelLog#prepare(Cursor) prepared} for the client.
	 * @param starts the ids, of whatever shape, and where the client starts each
	 * @return the logs by id, without the ids of which there is none, or
	 * {@link BrokerUnavailableException}
	 */
	Mono<Map<String, ChannelLog>> findAll(Map<String, Cursor> starts);

	/**
	 * Ends a living channel.
	 * @param id the id, of whatever shape
	 * @return whether there was one, when its name is free again, or
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
	 * Sums up one living channel, for an operator. To be looked at is not to be used.
	 * @param id the id, of whatever shape
	 * @return the summary, or empty if there is no such channel, or
	 * {@link BrokerUnavailableException}
	 */
	default Mono<ChannelSummary> summary(String id) {
		return find(id).map(ChannelSummary::of);
	}

	/**
	 * Sums up some of the living channels, for an operator, in the order of their ids. A
	 * broker that has an order of its own overrides this; this goes through all channels
	 * on this node.
	 * @param prefix what the ids begin with; all do with the empty text
	 * @param skip how many channels are left out at the beginning
	 * @param most how many channels are wanted
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
	 * Counts the living channels and what they retain, in one step. Asked for often, by
	 * those who watch the service: a broker keeps count.
	 * @return the sums, or {@link BrokerUnavailableException}
	 */
	Mono<BrokerState> state();

}
