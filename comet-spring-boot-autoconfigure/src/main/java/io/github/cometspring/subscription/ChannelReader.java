package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Replay;
import io.github.cometspring.channel.StartingPoint;
import org.jspecify.annotations.Nullable;

/**
 * One client's place in one channel. Belongs to the client's event loop.
 */
final class ChannelReader extends Lane.Member {

	private final ClientSubscription client;

	private final ChannelLog log;

	private @Nullable Cursor start;

	private @Nullable Lane lane;

	private long offset;

	private boolean gap;

	private boolean live;

	private boolean ended;

	private @Nullable List<Receipt> receipts;

	ChannelReader(ClientSubscription client, ChannelLog log, Cursor start) {
		this.client = client;
		this.log = log;
		this.start = start;
	}

	/**
	 * Listens, and only then decides where to start: so nothing falls between the two.
	 * Whoever sees the client counted can rely on it that the client gets what is
	 * published from then on.
	 */
	void join(LoopSubscriptions home) {
		Lane lane = home.lane(this.log);
		long newest = this.log.newest();
		StartingPoint start = StartingPoint.of(this.log, Objects.requireNonNullElse(this.start, Cursor.LATEST));
		this.start = null;
		this.offset = start.offset();
		this.gap = start.gap();
		// Whoever lacks nothing from before is no reader that resumes.
		this.live = this.offset >= newest && this.offset <= this.log.newest();
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
		if (this.lane == null || (this.offset == this.log.newest() && !this.gap && !this.log.isClosed())) {
			return null;
		}
		Segment news = this.lane.news().after(this.offset, this.live, this.client.dialect(), maxSize);
		if (news.size() > budget && !first) {
			news = SegmentReader.read(this.log, this.offset, this.live, this.client.dialect(), budget, false);
			if (news == null) {
				return null;
			}
		}
		// After the log has been read and before this reader moves: what it has just been
		// given counts.
		this.lane.assignReceipts();
		this.live = true;
		this.offset = news.offset();
		if (this.gap && !news.isGap()) {
			news = news.withGap();
		}
		this.gap = false;
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
		return this.log.id();
	}

	Position position() {
		// A gap that the client has not been told of must be one when it comes again, and
		// beyond the newest is always a gap (protocol, section 7).
		return new Position(this.log.epoch(), this.gap ? Position.MAX_OFFSET : offset());
	}

	private long offset() {
		if (this.offset == ChannelLog.EARLIEST) {
			// Nothing has been read yet: the place before what there is. What the client
			// has
			// been told holds, though history moves on before there is room in an answer.
			Replay all = this.log.read(ChannelLog.EARLIEST);
			this.offset = all.offset() - all.messages().size();
		}
		return this.offset;
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
				boolean given = receipt.offset <= this.offset;
				if (given) {
					target.add(receipt.delivery);
				}
				return given;
			});
		}
	}

	@Override
	void await(Delivery delivery, long messageOffset) {
		if (messageOffset > this.offset) {
			delivery.expect(1);
			this.receipts = (this.receipts != null) ? this.receipts : new ArrayList<>(1);
			this.receipts.add(new Receipt(delivery, messageOffset));
		}
	}

	@Override
	void wake() {
		this.client.advance();
	}

	private record Receipt(Delivery delivery, long offset) {
	}

}
