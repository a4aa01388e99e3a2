package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.LogPlace;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * One client's place in one channel. Belongs to the client's event loop.
 */
final class ChannelReader extends Lane.Member {

	private final ClientSubscription client;

	private final LogPlace place;

	private @Nullable Lane lane;

	private boolean ended;

	private @Nullable List<Receipt> receipts;

	ChannelReader(ClientSubscription client, ChannelLog log, Cursor start) {
		this.client = client;
		this.place = new LogPlace(log, start);
	}

	/**
	 * Listens, and only then decides where to start: so nothing falls between the two.
	 * Whoever sees the client counted can rely on it that the client gets what is
	 * published from then on.
	 */
	void join(LoopSubscriptions home) {
		Lane lane = home.lane(this.place.log());
		this.place.begin();
		lane.add(this);
		this.lane = lane;
	}

	void leave() {
		leaveLane();
		if (this.receipts != null) {
			this.receipts.forEach((receipt) -> receipt.delivery.failed());
			this.receipts = null;
		}
	}

	private void leaveLane() {
		if (this.lane != null) {
			this.lane.remove(this);
			this.lane = null;
		}
	}

	/**
	 * Takes what the client does not have yet.
	 * @param budget how many bytes the answer may still take
	 * @param first whether nothing is in the answer so far, so that one message may
	 * exceed the budget
	 * @param maxSize how many bytes an answer may take
	 * @return the news, or {@code null} if there are none, or none that fit
	 */
	@Nullable Segment take(long budget, boolean first, long maxSize) {
		if (this.lane == null || !this.place.hasChanged()) {
			return null;
		}
		Segment news = this.lane.news().after(this.place, this.client.dialect(), maxSize);
		if (news.size() > budget && !first) {
			news = SegmentReader.read(this.place, this.client.dialect(), budget, false);
			if (news == null) {
				return null;
			}
		}
		// After the log has been read and before this reader moves: what it has just been
		// given counts.
		this.lane.assignReceipts();
		if (this.place.moveTo(Objects.requireNonNull(news.position()), news.isGap())) {
			loseReceipts();
		}
		if (this.place.takeGap() && !news.isGap()) {
			news = news.withGap();
		}
		if (news.isEnded()) {
			this.ended = true;
			leaveLane();
		}
		return (news.messages().isEmpty() && !news.isGap() && !news.isEnded()) ? null : news;
	}

	boolean hasEnded() {
		return this.ended;
	}

	String channel() {
		return this.place.log().id();
	}

	Position position() {
		return this.place.position();
	}

	boolean awaitsReceipts() {
		return this.receipts != null;
	}

	/**
	 * Moves the receipts that are awaited for what the client has been given.
	 */
	void handOverReceipts(List<Delivery> target) {
		if (this.receipts != null) {
			this.receipts.removeIf((receipt) -> {
				boolean given = !this.place.isBefore(receipt.position);
				if (given) {
					target.add(receipt.delivery);
				}
				return given;
			});
		}
	}

	/**
	 * Gives up the receipts for messages of an epoch that the reader has left behind.
	 */
	private void loseReceipts() {
		long epoch = this.place.position().epoch();
		if (this.receipts != null) {
			this.receipts.removeIf((receipt) -> {
				boolean lost = receipt.position.epoch() != epoch;
				if (lost) {
					receipt.delivery.failed();
				}
				return lost;
			});
		}
	}

	@Override
	void await(Delivery delivery, Position position) {
		if (this.place.isBefore(position)) {
			delivery.expect(1);
			this.receipts = (this.receipts != null) ? this.receipts : new ArrayList<>(1);
			this.receipts.add(new Receipt(delivery, position));
		}
	}

	@Override
	void wake() {
		this.client.advance();
	}

	private record Receipt(Delivery delivery, Position position) {
	}

}
