package io.github.cometspring.channel;

import reactor.core.publisher.Mono;

/**
 * SPI: a log that takes a message at once, as one in memory does. A {@link ChannelLog}
 * that need not wait implements this, and a message is published without a subscription,
 * which would cost more than the publication.
 * <p>
 * Implementations are thread-safe. The method of this interface never blocks.
 *
 * @since 0.1.0
 */
public interface ImmediateChannelLog extends ChannelLog {

	/**
	 * Numbers a message, stores it and publishes it to the live feeds, in one step, as
	 * {@link #append} does.
	 * @param data the text
	 * @return its position
	 * @throws ChannelClosedException if the channel has ended
	 * @throws BrokerUnavailableException if the channel cannot be reached
	 */
	Position appendNow(String data);

	@Override
	default Mono<Position> append(String data) {
		return Mono.fromCallable(() -> appendNow(data));
	}

}
