package io.github.cometspring.sample;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.typed.TypedChannel;
import io.github.cometspring.typed.TypedChannels;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * The personal channels of the visitors, {@code visitors/<name>}: each tells one visitor
 * that they have been outbid. A channel exists while its visitor is there, and for some
 * time after.
 */
@Component
class Visitors {

	/** How the ids of all personal channels begin. */
	static final String CHANNELS = "visitors/";

	private static final Log logger = LogFactory.getLog(Visitors.class);

	private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{Nd}._-]+");

	private final TypedChannels channels;

	Visitors(TypedChannels channels) {
		this.channels = channels;
	}

	/**
	 * The id of a visitor's channel. Different names have different ids.
	 * @param name the name of the visitor
	 * @return the id
	 */
	static String channel(String name) {
		// A name may have characters that an id may not have. No plain name has a tilde.
		return CHANNELS + (PLAIN.matcher(name).matches() ? name
				: "~" + Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8)));
	}

	/**
	 * Where a visitor's page listens.
	 * @param name the name of the visitor
	 * @return the channel of the visitor, which exists from now on
	 */
	Mono<ChannelHandle> notices(String name) {
		return Mono.defer(() -> this.channels.obtain(channel(Bid.requireName(name)), Outbid.class))
			.flatMap(TypedChannel::handle);
	}

	/**
	 * Tells the visitor who led before the last bid that they no longer do, if they are
	 * there.
	 * @param item the item after the bid
	 * @return completes when it is published; never fails, as the bid stands
	 */
	Mono<Void> outbid(Item item) {
		List<Bid> bids = item.bids();
		if (bids.size() < 2 || bids.get(0).bidder().equals(bids.get(1).bidder())) {
			return Mono.empty();
		}
		return this.channels.find(channel(bids.get(1).bidder()), Outbid.class)
			.flatMap((channel) -> channel.publish(Outbid.of(item)))
			.doOnError((ex) -> logger.warn("A visitor does not learn that they are outbid", ex))
			.onErrorComplete()
			.then();
	}

}
