package io.github.cometspring.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.cometspring.sample.BidRefusedException.Reason;

/**
 * A lot under the hammer, with all that a page shows of it. Each change makes a new item
 * with the next version, so a page that receives one twice, or late, keeps the higher
 * version.
 *
 * @param id the id of the lot's channel, which names the lot everywhere
 * @param version 1 when the lot comes up, one more with each change
 * @param number the lot number
 * @param lot what is sold
 * @param phase the phase of the sale
 * @param bids the newest bids, the newest first
 * @param bidCount how many bids there were
 * @param opensAt when the lot came up
 * @param endsAt when the hammer falls, or fell
 */
record Item(String id, int version, int number, Lot lot, Phase phase, List<Bid> bids, int bidCount, Instant opensAt,
		Instant endsAt) {

	private static final int BIDS_SHOWN = 5;

	Item {
		bids = List.copyOf(bids);
	}

	static Item open(String id, int number, Lot lot, Instant now, Duration duration) {
		return new Item(id, 1, number, lot, Phase.OPEN, List.of(), 0, now, now.plus(duration));
	}

	/**
	 * The item after a bid.
	 * @param bid the bid
	 * @param now the time of the bid
	 * @param extension the time that remains for others at least
	 * @return the item, led by the bidder
	 * @throws BidRefusedException if the lot is withdrawn, or the bid comes too late or
	 * is too low
	 */
	Item bid(Bid bid, Instant now, Duration extension) {
		if (this.phase == Phase.WITHDRAWN) {
			throw BidRefusedException.withdrawn();
		}
		if (this.phase != Phase.OPEN || isOver(now)) {
			throw new BidRefusedException(Reason.CLOSED, "Too late: the hammer has fallen on this lot.");
		}
		if (bid.amount() < minimum()) {
			throw new BidRefusedException(Reason.TOO_LOW,
					"€%,d is too low: this lot asks for €%,d or more.".formatted(bid.amount(), minimum()));
		}
		List<Bid> newest = Stream.concat(Stream.of(bid), this.bids.stream()).limit(BIDS_SHOWN).toList();
		Instant extended = now.plus(extension);
		return new Item(this.id, this.version + 1, this.number, this.lot, this.phase, newest, this.bidCount + 1,
				this.opensAt, extended.isAfter(this.endsAt) ? extended : this.endsAt);
	}

	/**
	 * The item after the hammer fell.
	 * @return the item, sold to the leading bidder, or passed if there is none
	 */
	Item hammer() {
		return new Item(this.id, this.version + 1, this.number, this.lot,
				this.bids.isEmpty() ? Phase.PASSED : Phase.SOLD, this.bids, this.bidCount, this.opensAt, this.endsAt);
	}

	/**
	 * The item after the house took it out of the sale.
	 * @return the item, which is sold to nobody
	 */
	Item withdraw() {
		return new Item(this.id, this.version + 1, this.number, this.lot, Phase.WITHDRAWN, this.bids, this.bidCount,
				this.opensAt, this.endsAt);
	}

	boolean isOver(Instant now) {
		return !now.isBefore(this.endsAt);
	}

	@JsonProperty
	long price() {
		return this.bids.isEmpty() ? this.lot.openingPrice() : this.bids.get(0).amount();
	}

	/** The least that the next bid may be. */
	@JsonProperty
	long minimum() {
		return this.bids.isEmpty() ? price() : price() + step();
	}

	/** By how much bids rise at this price. */
	@JsonProperty
	long step() {
		long price = price();
		return (price < 1_000) ? 10 : (price < 5_000) ? 50 : (price < 20_000) ? 100 : 500;
	}

	enum Phase {

		/** Bids are taken. */
		OPEN,

		/** The hammer fell for the highest bidder. */
		SOLD,

		/** The hammer fell, and nobody had bid. */
		PASSED,

		/** Taken out of the sale before the hammer fell; sold to nobody. */
		WITHDRAWN

	}

}
