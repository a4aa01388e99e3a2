package io.github.cometspring.redis;

import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Publication;
import io.github.cometspring.channel.Replay;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The log of a node, with messages of the feed and answers of Redis made by the test.
 */
class LocalLogTests {

	private static final ChannelSettings SETTINGS = ChannelSettings.DEFAULT;

	private static final int CAPACITY = 64;

	private final LocalLog log = new LocalLog(new Registration("a", "instance", 1, SETTINGS), CAPACITY, true, () -> {
	});

	private final TestSubscriber<Publication> live = TestSubscriber.create();

	LocalLogTests() {
		this.log.live().subscribe(this.live);
	}

	private static Position position(long epoch, long offset) {
		return new Position(epoch, offset);
	}

	private boolean receive(long epoch, long offset) {
		return this.log.receive(new FeedMessage(position(epoch, offset), "", String.valueOf(offset)),
				System.nanoTime());
	}

	/**
	 * Applies an answer of Redis that ends with messages at these offsets.
	 */
	private boolean apply(boolean all, long epoch, long... offsets) {
		List<LogAnswer.Entry> entries = new ArrayList<>();
		long newest = 0;
		for (long offset : offsets) {
			entries.add(new LogAnswer.Entry(
					new Message("a", position(epoch, offset), String.valueOf(offset), SETTINGS.format(), false),
					System.nanoTime(), ""));
			newest = offset;
		}
		return this.log.apply(new LogAnswer(position(epoch, newest), false, all, entries, 0), true, true);
	}

	/**
	 * The events so far: offsets, and 0 for a change without a message.
	 */
	private List<Long> events() {
		return this.live.getReceivedOnNext()
			.stream()
			.map(Publication::message)
			.map((message) -> (message != null) ? message.position().offset() : 0)
			.toList();
	}

	private static List<String> texts(Replay replay) {
		return replay.messages().stream().map(Message::data).toList();
	}

	@Test
	void receiveWhenNotLoadedShouldRequireARead() {
		assertThat(receive(1, 1)).isFalse();
		assertThat(this.log.newest()).isEqualTo(position(1, 0));
		assertThat(events()).isEmpty();
	}

	@Test
	void receiveWhenMessageIsTheNextShouldEmitIt() {
		apply(true, 1);
		assertThat(receive(1, 1)).isTrue();
		assertThat(receive(1, 2)).isTrue();
		assertThat(events()).containsExactly(1L, 2L);
		assertThat(this.log.end()).isEqualTo(position(1, 2));
	}

	@Test
	void receiveWhenMessageIsKnownShouldIgnoreIt() {
		apply(true, 1, 1, 2);
		assertThat(receive(1, 1)).isTrue();
		assertThat(receive(1, 2)).isTrue();
		assertThat(events()).isEmpty();
	}

	@Test
	void receiveWhenMessagesAreMissingShouldExtendTheEndAndRequireARead() {
		apply(true, 1, 1);
		assertThat(receive(1, 4)).isFalse();
		assertThat(this.log.newest()).isEqualTo(position(1, 1));
		assertThat(this.log.end()).isEqualTo(position(1, 4));
		assertThat(this.log.read(position(1, 4), CAPACITY).gap()).isFalse();
		apply(false, 1, 2, 3, 4);
		assertThat(events()).containsExactly(2L, 3L, 4L);
	}

	@Test
	void receiveWhenEpochIsAnotherShouldRequireARead() {
		apply(true, 1, 1);
		assertThat(receive(2, 2)).isFalse();
		assertThat(this.log.newest()).isEqualTo(position(1, 1));
	}

	@Test
	void applyWhenRedisLacksMessagesShouldEmitAChangeAndReportAGap() {
		apply(true, 1, 1);
		apply(false, 1, 4, 5);
		assertThat(events()).containsExactly(0L, 4L, 5L);
		Replay replay = this.log.read(position(1, 1), CAPACITY);
		assertThat(replay.gap()).isTrue();
		assertThat(texts(replay)).containsExactly("4", "5");
	}

	@Test
	void applyWhenEpochIsAnotherShouldEmitAChangeAndReportAGap() {
		apply(true, 1, 1);
		apply(true, 2, 2, 3);
		assertThat(events()).containsExactly(0L);
		assertThat(this.log.end()).isEqualTo(position(2, 3));
		assertThat(this.log.read(position(1, 1), CAPACITY).gap()).isTrue();
	}

	@Test
	void applyWhenCopyHasBeenDiscardedShouldIgnoreItsContinuation() {
		apply(true, 1, 1);
		this.live.cancel();
		assertThat(this.log.discardIfUnused()).isTrue();
		assertThat(apply(false, 1, 2)).isTrue();
		assertThat(this.log.isLoaded()).isFalse();
		assertThat(this.log.size()).isZero();
	}

	@Test
	void applyWhenClosedMeanwhileShouldRequireAReadOfAllMessages() {
		apply(true, 1, 1);
		this.log.close();
		assertThat(apply(false, 1, 2)).isFalse();
		assertThat(apply(true, 1, 1, 2)).isTrue();
		assertThat(texts(this.log.read(position(1, 1), CAPACITY))).containsExactly("2");
	}

	@Test
	void discardWhenThereAreSubscribersShouldKeepTheCopyAndEmitAChange() {
		apply(true, 1, 1);
		assertThat(this.log.discardIfUnused()).isFalse();
		assertThat(events()).containsExactly(0L);
		assertThat(this.log.size()).isOne();
	}

	@Test
	void readyShouldBeWhenThePositionIsCoveredAndNoMessageMayBeLost() {
		Cursor covered = Cursor.of("a", position(1, 2));
		assertThat(this.log.isReady(covered, true)).isFalse();
		apply(true, 1, 1, 2);
		assertThat(this.log.isReady(covered, true)).isTrue();
		assertThat(this.log.isReady(Cursor.LATEST, true)).isTrue();
		assertThat(this.log.isReady(covered, false)).isFalse();
		assertThat(this.log.isReady(Cursor.of("a", position(1, 3)), true)).isFalse();
		assertThat(this.log.isReady(Cursor.of("a", position(2, 1)), true)).isFalse();
		this.log.markStale();
		assertThat(this.log.isReady(covered, true)).isFalse();
	}

	@Test
	void closeMessageShouldCompleteTheFeedWhenAllMessagesAreHere() {
		apply(true, 1, 1);
		FeedMessage close = new FeedMessage(position(1, 2), "", null);
		assertThat(this.log.receive(close, System.nanoTime())).isFalse();
		assertThat(this.log.isClosed()).isFalse();
		receive(1, 2);
		assertThat(this.log.receive(close, System.nanoTime())).isTrue();
		assertThat(this.log.isClosed()).isTrue();
		assertThat(this.live.isTerminatedComplete()).isTrue();
		assertThat(texts(this.log.read(null, CAPACITY))).containsExactly("1", "2");
	}

	@Test
	void closeWithoutReadShouldReportAGapIfMessagesMayBeMissing() {
		apply(true, 1, 1);
		this.log.markStale();
		this.log.closeWithoutRead();
		assertThat(events()).containsExactly(0L);
		assertThat(this.live.isTerminatedComplete()).isTrue();
		assertThat(this.log.read(position(1, 1), CAPACITY).gap()).isTrue();
	}

	@Test
	void deliveryShouldBeEmittedWithItsMessage() {
		apply(true, 1);
		Delivery delivery = this.log.await("nonce");
		this.log.receive(new FeedMessage(position(1, 1), "nonce", "1"), System.nanoTime());
		receive(1, 2);
		assertThat(this.live.getReceivedOnNext()).extracting(Publication::delivery).containsExactly(delivery, null);
	}

	@Test
	void deliveryWhenItsMessageIsHereAlreadyShouldComplete() {
		apply(true, 1, 1);
		Delivery delivery = this.log.await("nonce");
		this.log.published("nonce", position(1, 1));
		assertThat(delivery.outcome().block(Traffic.PATIENCE)).isNotNull();
	}

}
