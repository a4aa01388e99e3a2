package io.github.cometspring.sample;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the auction house runs.
 *
 * @param simulate Whether simulated bidders take part.
 * @param bidders Number of simulated bidders.
 * @param itemDuration Average time that a lot is under the hammer; each gets between
 * three quarters and one and a half of it.
 * @param lateBidExtension Time that remains at least after a bid, so that late bids can
 * be answered.
 * @param newItemEvery Time between two new lots, as far as comet.max-virtual-channels
 * allows.
 * @param shared Whether several nodes share the sale, which one of them leads.
 * @param address Where other nodes reach this one, if the sale is shared.
 */
@ConfigurationProperties("auction")
public record AuctionProperties(@DefaultValue("true") boolean simulate, @DefaultValue("6") int bidders,
		@DefaultValue("60s") Duration itemDuration, @DefaultValue("10s") Duration lateBidExtension,
		@DefaultValue("8s") Duration newItemEvery, @DefaultValue("false") boolean shared,
		@DefaultValue("") String address) {

	public AuctionProperties {
		requirePositive("auction.item-duration", itemDuration);
		requirePositive("auction.new-item-every", newItemEvery);
		if (lateBidExtension.isNegative()) {
			throw new IllegalArgumentException("auction.late-bid-extension must not be negative: " + lateBidExtension);
		}
		if (shared && address.isEmpty()) {
			throw new IllegalArgumentException("auction.address must say where other nodes reach this one");
		}
		if (bidders < 0) {
			throw new IllegalArgumentException("auction.bidders must not be negative: " + bidders);
		}
	}

	private static void requirePositive(String name, Duration value) {
		if (value.isNegative() || value.isZero()) {
			throw new IllegalArgumentException("%s must be positive: %s".formatted(name, value));
		}
	}

}
