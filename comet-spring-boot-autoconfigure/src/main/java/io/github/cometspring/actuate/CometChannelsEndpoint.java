package io.github.cometspring.actuate;

import java.util.List;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelSummary;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.Logger;
import reactor.util.Loggers;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * The {@code cometchannels} endpoint: lists channels, shows one, or closes one. It is
 * never exposed by default, because knowing an id is the permission to read the channel.
 *
 * @since 0.1.0
 */
@Endpoint(id = "cometchannels")
public class CometChannelsEndpoint {

	private static final Logger logger = Loggers.getLogger(CometChannelsEndpoint.class);

	private static final int DEFAULT_SIZE = 100;

	private static final int LARGEST_SIZE = 1000;

	private final ChannelBroker broker;

	/**
	 * Creates the endpoint.
	 * @param broker the broker of the channels
	 */
	public CometChannelsEndpoint(ChannelBroker broker) {
		this.broker = broker;
	}

	/**
	 * Lists channels in the order of their ids.
	 * @param prefix the beginning of the ids; all channels if absent
	 * @param page the number of the page, from 0
	 * @param size the number of channels on a page, 100 if absent, at most 1,000
	 * @return the page
	 */
	@ReadOperation
	public Mono<ChannelPage> channels(@Nullable String prefix, @Nullable Integer page, @Nullable Integer size) {
		int number = within("page", (page != null) ? page : 0, 0, Integer.MAX_VALUE / LARGEST_SIZE);
		int most = within("size", (size != null) ? size : DEFAULT_SIZE, 1, LARGEST_SIZE);
		return Mono.defer(() -> this.broker.summaries((prefix != null) ? prefix : "", (long) number * most, most))
			// There may be very many channels, and the caller may be an event loop.
			.subscribeOn(Schedulers.boundedElastic())
			.map((part) -> new ChannelPage(part.channels().stream().map(ChannelDetails::of).toList(), number, most,
					part.total()))
			.onErrorMap(BrokerUnavailableException.class, Unavailable::of);
	}

	private static int within(String name, int value, int least, int most) {
		if (value < least || value > most) {
			throw new InvalidEndpointRequestException("Invalid " + name,
					"'%s' must be from %d to %d".formatted(name, least, most));
		}
		return value;
	}

	/**
	 * Shows a channel.
	 * @param id the id, in one or several segments of the path
	 * @return the channel, or empty if there is none
	 */
	@ReadOperation
	public Mono<ChannelDetails> channel(@Selector(match = Selector.Match.ALL_REMAINING) String... id) {
		return RequestPath.id(id)
			.flatMap(this.broker::summary)
			.map(ChannelDetails::of)
			.onErrorMap(BrokerUnavailableException.class, Unavailable::of);
	}

	/**
	 * Closes a channel.
	 * @param id the id, in one or several segments of the path
	 * @return 204, or 404 if there is none
	 */
	@DeleteOperation
	public Mono<WebEndpointResponse<Void>> close(@Selector(match = Selector.Match.ALL_REMAINING) String... id) {
		return RequestPath.id(id)
			.flatMap(this.broker::close)
			.defaultIfEmpty(false)
			.flatMap((found) -> found ? CommandOrigin.current().doOnNext(CometChannelsEndpoint::log).thenReturn(true)
					: Mono.just(false))
			.map((found) -> new WebEndpointResponse<Void>(
					found ? WebEndpointResponse.STATUS_NO_CONTENT : WebEndpointResponse.STATUS_NOT_FOUND))
			.onErrorMap(BrokerUnavailableException.class, Unavailable::of);
	}

	/**
	 * Logs that a channel was closed. Its id may be a secret.
	 */
	private static void log(String origin) {
		logger.info("A channel was closed by {}", origin);
	}

	/**
	 * Some of the channels.
	 *
	 * @param channels the channels of the page
	 * @param page the number of the page, from 0
	 * @param size the number of channels on a page
	 * @param total how many channels there are on all pages
	 */
	public record ChannelPage(List<ChannelDetails> channels, int page, int size, long total) {
	}

	/**
	 * A channel.
	 *
	 * @param id the id
	 * @param subscribers how many clients are connected to this node
	 * @param history the messages that it retains
	 * @param newest the position of the newest message
	 */
	public record ChannelDetails(String id, int subscribers, History history, Newest newest) {

		static ChannelDetails of(ChannelSummary channel) {
			return new ChannelDetails(channel.id(), channel.subscribers(),
					new History(channel.retained(), channel.settings().historySize(),
							channel.settings().historyMaxAge().toString()),
					new Newest(channel.newest().epoch(), channel.newest().offset()));
		}

	}

	/**
	 * The retained messages of a channel.
	 *
	 * @param messages how many messages it retains now
	 * @param size how many it retains at the most
	 * @param maxAge how long it retains one, in ISO 8601
	 */
	public record History(int messages, int size, String maxAge) {
	}

	/**
	 * A position.
	 *
	 * @param epoch the epoch of the channel
	 * @param offset the offset of the newest message, 0 before the first
	 */
	public record Newest(long epoch, long offset) {
	}

}
