package io.github.cometspring.channel;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * SPI: where channels live. The broker decides which names are taken and how many
 * channels there may be, and keeps their logs.
 * <p>
 * Implementations are thread-safe.
 *
 * @since 0.1.0
 */
public interface ChannelBroker {

	/**
	 * Creates a channel.
	 * @param id a valid id
	 * @param settings what the channel keeps
	 * @return its log, or {@link DuplicateChannelException} or
	 * {@link TooManyChannelsException}
	 */
	Mono<ChannelLog> create(String id, ChannelSettings settings);

	/**
	 * Finds a channel, or creates it. Who asks for it {@linkplain ChannelLog#touch()
	 * uses} it, in the same step: what is returned has not ended.
	 * @param id a valid id
	 * @param settings what the channel keeps if it is created
	 * @return its log, or {@link TooManyChannelsException}
	 */
	Mono<ChannelLog> obtain(String id, ChannelSettings settings);

	/**
	 * Finds a living channel.
	 * @param id the id, of whatever shape
	 * @return its log, or empty if there is none
	 */
	Mono<ChannelLog> find(String id);

	/**
	 * Finds several living channels in one step, for a client that is about to join them:
	 * they are {@linkplain ChannelLog#touch() used} by this.
	 * @param ids the ids, of whatever shape
	 * @return the logs by id; ids of which there is none are left out
	 */
	Mono<Map<String, ChannelLog>> findAll(Collection<String> ids);

	/**
	 * Finds a channel that was closed a short while ago, for a client that comes back
	 * with a cursor: it gets what it lacks, and then the end. How many are kept, and how
	 * long, is the broker's choice; one that keeps none answers with nothing.
	 * @param id the id, of whatever shape
	 * @return its log, which is closed or about to be, or empty if none is kept
	 */
	default Mono<ChannelLog> findClosed(String id) {
		return Mono.empty();
	}

	/**
	 * Lists the living channels in no particular order.
	 * @return their logs
	 */
	Flux<ChannelLog> list();

	/**
	 * Counts the living channels.
	 * @return the exact number at some moment of the call
	 */
	Mono<Long> count();

	/**
	 * Counts the messages that the living channels retain. A broker that has many
	 * channels keeps count; this goes through all of them.
	 * @return the sum of {@link ChannelLog#retained()}. What has become too old within
	 * the last second or so may be among it
	 */
	default Mono<Long> retained() {
		return list().map(ChannelLog::retained).reduce(0L, Long::sum);
	}

	/**
	 * Tells how many channels there may be, for those who watch the service.
	 * @return the limit, or empty if there is none, or none that is known
	 */
	default Optional<Integer> limit() {
		return Optional.empty();
	}

}
