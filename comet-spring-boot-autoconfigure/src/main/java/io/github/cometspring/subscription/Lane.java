package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Positions;
import io.github.cometspring.channel.Publication;
import io.github.cometspring.channel.PublicationObserver;
import io.github.cometspring.channel.PublicationObserver.Walk;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.BaseSubscriber;

/**
 * The clients of one channel on one event loop, and their single subscription to its live
 * feed. A publication posts one task to the loop; further publications before it runs
 * share that task. The task walks the clients, a slice at a time. Confined to its loop,
 * except for the methods that the feed calls.
 * <p>
 * With long polling a lane is empty after each delivery and full again soon after. It
 * therefore stays subscribed until a publication finds it empty.
 */
final class Lane extends BaseSubscriber<Publication> {

	private static final int INITIAL_CAPACITY = 4;

	private final ChannelLog log;

	private final String channel;

	private final int key;

	private final LoopSubscriptions home;

	private final SharedSegment segments;

	private final AtomicBoolean posted = new AtomicBoolean();

	private final Queue<Publication> awaited = new ConcurrentLinkedQueue<>();

	/**
	 * When the task was posted, in nanoseconds of the loop, if there is a listener. Needs
	 * no lock: it is written before the task is posted, and read by the task.
	 */
	private long postedAt;

	private @Nullable Member[] members = new Member[INITIAL_CAPACITY];

	private int size;

	private int unvisited;

	private boolean visitAgain;

	/**
	 * The time of the publication that the walk passes on.
	 */
	private long publishedAt;

	/**
	 * The time of the publication that came during the walk.
	 */
	private long publishedMeanwhileAt;

	/**
	 * The walk, if it is observed.
	 */
	private @Nullable Walk walk;

	/**
	 * The walk that follows, if it is observed.
	 */
	private @Nullable Walk nextWalk;

	Lane(ChannelLog log, LoopSubscriptions home) {
		this.log = log;
		this.channel = log.id();
		this.key = Positions.key(this.channel);
		this.home = home;
		this.segments = new SharedSegment(log, home.loop());
	}

	// The feed: any thread

	@Override
	protected void hookOnNext(Publication publication) {
		Delivery delivery = publication.delivery();
		if (delivery != null) {
			delivery.expect(1);
			this.awaited.add(publication);
		}
		post(this.home.observer());
	}

	@Override
	protected void hookOnComplete() {
		post(PublicationObserver.NONE);
	}

	private void post(PublicationObserver observer) {
		if (this.posted.compareAndSet(false, true)) {
			if (this.home.delivered().isObserved()) {
				this.postedAt = this.home.loop().nanoTime();
			}
			try {
				Walk walk = observer.deliver(this.channel);
				this.home.loop().execute((walk != null) ? () -> wake(walk) : this::wake);
			}
			catch (RejectedExecutionException ex) {
				// The loop has ended, and its clients with it.
				this.posted.set(false);
				dismissReceipts();
			}
		}
	}

	private void dismissReceipts() {
		for (Publication next = this.awaited.poll(); next != null; next = this.awaited.poll()) {
			Delivery delivery = next.delivery();
			if (delivery != null) {
				delivery.dismiss();
			}
		}
	}

	// The clients: the loop alone

	void add(Member member) {
		assignReceipts();
		if (this.size == this.members.length) {
			@Nullable Member[] larger = new Member[2 * this.size];
			System.arraycopy(this.members, 0, larger, 0, this.size);
			this.members = larger;
		}
		member.index = this.size;
		this.members[this.size++] = member;
		this.home.countReaders(1);
		this.log.join();
	}

	void remove(Member member) {
		// A client that leaves counts for the messages that were published before.
		assignReceipts();
		this.log.leave();
		this.home.countReaders(-1);
		Member last = get(--this.size);
		this.members[member.index] = last;
		last.index = member.index;
		this.members[this.size] = null;
		if (this.size == 0 && this.log.isClosed()) {
			// No publication will come that would retire the empty lane.
			this.home.retire(this.log, this);
		}
	}

	private Member get(int index) {
		Member member = this.members[index];
		if (member == null) {
			throw new IllegalStateException("No member at " + index);
		}
		return member;
	}

	/**
	 * Adds the awaited receipts to the clients that do not have the message yet.
	 */
	void assignReceipts() {
		for (Publication next = this.awaited.poll(); next != null; next = this.awaited.poll()) {
			Delivery delivery = next.delivery();
			Message message = next.message();
			if (delivery == null || message == null) {
				continue;
			}
			for (int i = 0; i < this.size; i++) {
				get(i).await(delivery, message.position());
			}
			delivery.dismiss();
		}
	}

	private void wake() {
		wake(null);
	}

	private void wake(@Nullable Walk walk) {
		// Read before another publication may write it.
		long publishedAt = this.postedAt;
		this.posted.set(false);
		assignReceipts();
		if (this.size == 0) {
			this.home.retire(this.log, this);
		}
		else if (this.unvisited > 0) {
			if (!this.visitAgain) {
				this.visitAgain = true;
				this.publishedMeanwhileAt = publishedAt;
				this.nextWalk = walk;
			}
		}
		else {
			this.unvisited = this.size;
			this.publishedAt = publishedAt;
			begin(walk);
			visit();
		}
	}

	private void begin(@Nullable Walk walk) {
		this.walk = walk;
		if (walk != null) {
			walk.begin(this.size);
		}
	}

	/**
	 * Walks from the last client to the first. A client that joins meanwhile is placed
	 * behind the walk and has read the log already. A client that leaves is replaced by
	 * one from behind the walk or not visited yet.
	 */
	private void visit() {
		this.home.delivered().begin();
		try {
			for (int i = 0; i < EventLoop.SLICE && this.unvisited > 0; i++) {
				this.unvisited = Math.min(this.unvisited, this.size);
				if (this.unvisited > 0) {
					get(--this.unvisited).wake();
				}
			}
		}
		finally {
			this.home.delivered().end();
			// Also if a client has failed: the others must still be visited.
			if (this.unvisited == 0) {
				reportEnd();
				if (this.visitAgain) {
					this.visitAgain = false;
					this.unvisited = this.size;
					this.publishedAt = this.publishedMeanwhileAt;
					Walk next = this.nextWalk;
					this.nextWalk = null;
					if (this.unvisited > 0) {
						begin(next);
					}
				}
			}
			if (this.unvisited > 0) {
				this.home.loop().executeAfterIo(this::visit);
			}
		}
	}

	private void reportEnd() {
		Walk walk = this.walk;
		if (walk != null) {
			this.walk = null;
			walk.end();
		}
		if (this.home.delivered().isObserved()) {
			this.home.delivered().walked(Duration.ofNanos(this.home.loop().nanoTime() - this.publishedAt));
		}
	}

	/**
	 * The {@linkplain Positions#key key} of the channel.
	 */
	int key() {
		return this.key;
	}

	/**
	 * The segments that the readers of this lane share.
	 */
	SharedSegment segments() {
		return this.segments;
	}

	/**
	 * A client of the lane.
	 */
	abstract static class Member {

		private int index;

		abstract void wake();

		abstract void await(Delivery delivery, Position position);

	}

}
