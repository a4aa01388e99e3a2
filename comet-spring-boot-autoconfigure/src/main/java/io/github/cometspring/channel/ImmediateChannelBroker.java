package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * SPI: a broker that has the log of every channel at once, as one that keeps the channels
 * in memory. A {@link ChannelBroker} that need not wait implements this, and a publisher
 * gets its channel without a subscription, which would cost more than the look-up. Its
 * logs may be {@link ImmediateChannelLog}s, and need not be.
 * <p>
 * Implementations are thread-safe. The methods of this interface never block.
 *
 * @since 0.1.0
 */
public interface ImmediateChannelBroker extends ChannelBroker {

	/**
	 * Finds a living channel, as {@link #find} does.
	 * @param id the id, valid or not
	 * @return its log, or {@code null} if there is none
	 * @throws BrokerUnavailableException if the channels cannot be reached
	 */
	@Nullable ChannelLog findNow(String id);

	/**
	 * Finds a channel, or creates it, as {@link #obtain} does.
	 * @param id a valid id
	 * @param settings the settings of the channel if it is created
	 * @return its log
	 * @throws TooManyChannelsException if the limit is reached
	 * @throws BrokerUnavailableException if the channels cannot be reached
	 */
	ChannelLog obtainNow(String id, ChannelSettings settings);

	@Override
	default Mono<ChannelLog> find(String id) {
		return Mono.fromSupplier(() -> findNow(id));
	}

	@Override
	default Mono<ChannelLog> obtain(String id, ChannelSettings settings) {
		return Mono.fromCallable(() -> obtainNow(id, settings));
	}

}
