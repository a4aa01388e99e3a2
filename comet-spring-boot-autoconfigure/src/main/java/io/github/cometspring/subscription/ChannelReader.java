package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.LogPlace;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Positions;
import org.jspecify.annotations.Nullable;

/**
 * One client's place in one channel. Confined to the client's event loop.
 */
final class ChannelReader extends Lane.Member {

	private final ReadingClient client;

	private final LogPlace place;

	private @Nullable Lane lane;

	private @Nullable List<Receipt> receipts;

	ChannelReader(ReadingClient client, ChannelLog log, Cursor start) {
		this.client = client;
		this.place = new LogPlace(log, start);
	}

	/**
	 * Subscribes to the live feed, then decides where to start, so that no message is
	 * missed. The client is counted after that: code that sees the count knows that the
	 * client gets the messages published from then on.
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
	 * Takes the messages that the client does not have yet.
	 * @param budget how many bytes the answer may still take
	 * @param first whether the answer is empty so far, so that one message may exceed the
	 * budget
	 * @param maxSize how many bytes an answer may take
	 * @return the segment, or {@code null} if there is none, or no message fits
	 */
	@Nullable Segment take(long budget, boolean first, long maxSize) {
		if (this.lane == null || !this.place.hasChanged()) {
			return null;
		}
		Segment segment = this.lane.segments().after(this.place, this.client.dialect(), maxSize);
		if (segment.size() > budget && !first) {
			segment = SharedSegment.read(this.place, this.client.dialect(), budget, false);
			if (segment == null) {
				return null;
			}
		}
		// After the log has been read and before this reader moves, so that the
		// receipts of the messages just read are assigned, too.
		this.lane.assignReceipts();
		if (this.place.moveTo(Objects.requireNonNull(segment.position()), segment.isGap())) {
			failReceiptsOfOldEpochs();
		}
		if (this.place.takeGap() && !segment.isGap()) {
			segment = segment.withGap();
		}
		if (segment.isEnded()) {
			leaveLane();
		}
		return (segment.messages().isEmpty() && !segment.isGap() && !segment.isEnded()) ? null : segment;
	}

	/**
	 * The positions of those readers of a client whose channels have not ended.
	 * @param readers the readers, {@linkplain #inOrder in order}
	 */
	static Positions positions(ChannelReader[] readers) {
		Positions positions = new Positions(readers.length);
		for (ChannelReader reader : readers) {
			if (reader.lane != null) {
				positions.add(reader.lane.key(), reader.place.position());
			}
		}
		return positions;
	}

	/**
	 * Puts many readers in the order of their positions in a cursor, where each is added
	 * behind the others then. The positions of two are put in order as fast.
	 * @param readers the readers, which have joined
	 * @return the same array if there are two or less, else a new one
	 */
	static ChannelReader[] inOrder(ChannelReader[] readers) {
		if (readers.length <= 2) {
			return readers;
		}
		ChannelReader[] ordered = readers.clone();
		Arrays.sort(ordered, (one, other) -> Integer.compareUnsigned(one.key(), other.key()));
		return ordered;
	}

	private int key() {
		return (this.lane != null) ? this.lane.key() : 0;
	}

	/**
	 * Removes the receipts of messages that the client has been given.
	 * @param readers the readers of the client
	 * @return the receipts
	 */
	static List<Delivery> takeReceipts(ChannelReader[] readers) {
		List<Delivery> receipts = List.of();
		for (ChannelReader reader : readers) {
			if (reader.receipts != null) {
				receipts = receipts.isEmpty() ? new ArrayList<>() : receipts;
				reader.moveReceipts(receipts);
			}
		}
		return receipts;
	}

	private void moveReceipts(List<Delivery> target) {
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
	 * Fails the receipts of messages of an older epoch, which the client does not get.
	 */
	private void failReceiptsOfOldEpochs() {
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
