package io.github.cometspring.redis;

import java.util.List;
import java.util.Map;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DuplicateChannelException;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Publication;
import io.github.cometspring.channel.Replay;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import static io.github.cometspring.redis.Traffic.PATIENCE;
import static io.github.cometspring.redis.Traffic.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes, and a Redis that loses data: a gap is reported where messages may have been
 * lost, and no channel is taken for ended. One class, as all of it needs the same three
 * nodes, of which one does not notice the loss by itself.
 */
class RedisDataLossTests {

	private final RedisNodes nodes = new RedisNodes().withoutChecks();

	private RedisServer server;

	private RedisChannelBroker here;

	private RedisChannelBroker there;

	/** A further node, which does not notice by itself that channels are lost. */
	private RedisChannelBroker quietly;

	private Traffic traffic;

	@BeforeEach
	void start() {
		this.server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
		this.here = this.nodes.broker(this.nodes.node(this.server.port(), "comet", 10));
		this.there = this.nodes.broker(this.nodes.node(this.server.port(), "comet", 10));
		this.quietly = this.nodes.broker(this.nodes.nodeWithoutProbe(this.server.port(), "comet", 10));
		this.traffic = new Traffic(this.here, this.there);
	}

	@AfterEach
	void stop() {
		if (this.traffic != null) {
			this.traffic.close();
		}
		this.nodes.close();
		if (this.server != null) {
			this.server.close();
		}
	}

	@Test
	void serverWhenItsLastMessagesAreLostShouldReplayTheRestAndReportAGap() {
		this.traffic.publish(0, 10);
		SavedData saved = SavedData.of(this.server);
		Position fifth = new Position(this.traffic.publish(1).epoch(), 5);
		this.traffic.publish(0, 9);
		this.traffic.awaitArrival().verify(0);
		saved.restore();
		Await.within(PATIENCE, () -> this.traffic.publish(0) != null && this.traffic.publish(1) != null);
		this.traffic.publish(1, 5);
		this.traffic.awaitArrival();
		// The readers had received the lost messages.
		this.traffic.verify(1);
		Traffic.Reader late = new Traffic.Reader(this.traffic.channels().get(1), Cursor.of("numbers", fifth));
		int last = this.traffic.reader(0).numbers().get(this.traffic.reader(0).numbers().size() - 1);
		Await.within(PATIENCE, () -> late.numbers().contains(last));
		assertThat(late.numbers()).startsWith(6, 7, 8, 9, 10).doesNotContain(11, 20);
		assertThat(late.afterGap()).hasSize(1).containsExactly(late.numbers().get(5));
	}

	@Test
	void channelsWhenAllIsFlushedShouldContinueAfterAGap() {
		this.traffic.publish(0, 5);
		this.traffic.awaitArrival();
		this.server.command("FLUSHALL");
		this.traffic.publish(1, 5);
		this.traffic.awaitArrival().verify(1);
		assertThat(this.there.state().block(PATIENCE).channels()).isOne();
		assertThat(this.here.find("numbers").block(PATIENCE).settings()).isEqualTo(SETTINGS);
	}

	@Test
	void gapWhenAllIsFlushedAndNothingIsPublishedShouldBeReported() {
		Position last = this.traffic.publish(0);
		ChannelLog log = this.here.find("numbers").block(PATIENCE);
		TestSubscriber<Publication> live = TestSubscriber.create();
		log.live().subscribe(live);
		this.traffic.awaitArrival();
		this.server.command("FLUSHALL");
		Await.within(PATIENCE, () -> live.getReceivedOnNext().contains(Publication.CHANGE));
		assertThat(log.read(last)).isEqualTo(new Replay(List.of(), true, log.newest()));
	}

	@Test
	void channelWhenItsKeysAreDeletedShouldContinueAfterAGap() {
		this.traffic.publish(0, 5);
		this.traffic.awaitArrival();
		this.server.command("DEL " + keys("channel") + " " + keys("messages"));
		this.traffic.publish(1, 5);
		this.traffic.awaitArrival().verify(1);
	}

	@Test
	void channelWhenItsMessagesAreEvictedShouldReportAGapToReadersThatLackThem() {
		this.traffic.publish(0, 5);
		this.traffic.awaitArrival();
		Position fifth = this.traffic.publish(0);
		this.server.command("DEL " + keys("messages"));
		this.traffic.publish(1, 5);
		// These readers had received all of them.
		this.traffic.awaitArrival().verify(0);
		RedisChannelBroker third = this.nodes.broker(this.nodes.node(this.server.port(), "comet", 10));
		for (Position position : List.of(fifth, new Position(fifth.epoch(), 3))) {
			Cursor cursor = Cursor.of("numbers", position);
			ChannelLog log = third.findAll(Map.of("numbers", cursor)).block(PATIENCE).get("numbers");
			assertThat(log.read(position).gap()).isEqualTo(position.offset() == 3);
			assertThat(log.read(position).messages()).hasSize(5);
		}
	}

	@Test
	void positionsWhenMessagesAreLostWithoutReadersShouldNotBeAssignedTwice() {
		ChannelLog quiet = this.there.create("quiet", SETTINGS).block(PATIENCE);
		quiet.append("kept").block(PATIENCE);
		SavedData saved = SavedData.of(this.server);
		Position lost = quiet.append("lost").block(PATIENCE);
		saved.restore();
		Await.within(PATIENCE, () -> this.traffic.publish(1) != null);
		Position next = quiet.append("next").block(PATIENCE);
		assertThat(next.offset()).isEqualTo(lost.offset());
		assertThat(next.epoch()).isNotEqualTo(lost.epoch());
		ChannelLog log = this.there.findAll(Map.of("quiet", Cursor.of("quiet", lost))).block(PATIENCE).get("quiet");
		assertThat(log.locate(Cursor.of("quiet", lost))).isEqualTo(lost);
		assertThat(log.read(lost).gap()).isTrue();
		assertThat(log.read(lost).messages()).extracting(Message::data).containsExactly("next");
	}

	@Test
	void channelWhenAllIsFlushedShouldBeFoundByTheNodeThatKnowsIt() {
		ChannelLog quiet = this.quietly.create("quiet", SETTINGS).block(PATIENCE);
		Position last = quiet.append("1").block(PATIENCE);
		this.server.command("FLUSHALL");
		// A client that has already received a message of another epoch from another node
		Cursor ahead = Cursor.of("quiet", new Position(last.epoch() + 1, 1));
		assertThat(this.quietly.findAll(Map.of("quiet", ahead)).block(PATIENCE)).containsEntry("quiet", quiet);
		assertThat(quiet.isClosed()).isFalse();
		assertThat(quiet.append("2").block(PATIENCE).epoch()).isNotEqualTo(last.epoch());
	}

	@Test
	void channelWhenAllIsFlushedShouldBeFoundByTheNameOnTheNodeThatKnowsIt() {
		ChannelLog quiet = this.quietly.create("quiet", SETTINGS).block(PATIENCE);
		this.server.command("FLUSHALL");
		assertThat(this.quietly.find("quiet").block(PATIENCE)).isSameAs(quiet);
	}

	@Test
	void channelWhenAllIsFlushedShouldBeFoundOnANodeThatDoesNotKnowIt() {
		Position last = this.traffic.publish(0);
		this.traffic.awaitArrival();
		// It has seen the registry.
		assertThat(this.quietly.find("other").blockOptional(PATIENCE)).isEmpty();
		this.server.command("FLUSHALL");
		Map<String, ChannelLog> found = this.quietly.findAll(Map.of("numbers", Cursor.of("numbers", last)))
			.block(PATIENCE);
		assertThat(found).containsOnlyKeys("numbers");
		this.traffic.publish(1, 5);
		this.traffic.awaitArrival().verify(1);
	}

	@Test
	void channelWhenAllIsFlushedShouldNotBeCreatedASecondTime() {
		this.traffic.publish(0);
		this.traffic.awaitArrival();
		assertThat(this.quietly.find("other").blockOptional(PATIENCE)).isEmpty();
		this.server.command("FLUSHALL");
		StepVerifier.create(this.quietly.create("numbers", SETTINGS))
			.expectError(DuplicateChannelException.class)
			.verify(PATIENCE);
		this.traffic.publish(1, 5);
		this.traffic.awaitArrival().verify(1);
	}

	@Test
	void channelWhenAllIsFlushedShouldBeObtainedWithItsReaders() {
		this.traffic.publish(0);
		this.traffic.awaitArrival();
		assertThat(this.quietly.find("other").blockOptional(PATIENCE)).isEmpty();
		this.server.command("FLUSHALL");
		this.quietly.obtain("numbers", SETTINGS).block(PATIENCE).append("100").block(PATIENCE);
		for (int node = 0; node < 2; node++) {
			Traffic.Reader reader = this.traffic.reader(node);
			Await.within(PATIENCE, () -> reader.numbers().contains(100));
			assertThat(reader.afterGap()).containsExactly(100);
		}
	}

	@Test
	void channelThatHasEndedWhenAllIsFlushedShouldStayEnded() {
		ChannelLog log = this.here.find("numbers").block(PATIENCE);
		Position last = this.traffic.publish(0);
		this.there.close("numbers").block(PATIENCE);
		Await.within(PATIENCE, log::isClosed);
		this.server.command("FLUSHALL");
		for (RedisChannelBroker node : List.of(this.here, this.there, this.quietly)) {
			assertThat(node.findAll(Map.of("numbers", Cursor.of("numbers", last))).block(PATIENCE)).isEmpty();
		}
	}

	@Test
	void channelWhenOnlyTheRegistryIsLostShouldLoseNothing() {
		this.traffic.publish(0, 5);
		this.traffic.awaitArrival();
		// In a cluster, the keys of the channel are on another server.
		this.server.command("DEL comet:{registry}:channels comet:{registry}:life");
		Await.within(PATIENCE, () -> this.server.command("HLEN comet:{registry}:channels").equals(":1"));
		this.traffic.publish(1, 5);
		this.traffic.awaitArrival().verify(0);
		assertThat(this.quietly.find("numbers").blockOptional(PATIENCE)).isPresent();
	}

	@Test
	void channelWhenItsRegistrationIsNotSavedShouldBeFoundOnANodeThatDoesNotKnowIt() {
		assertThat(this.quietly.find("other").blockOptional(PATIENCE)).isEmpty();
		SavedData saved = SavedData.of(this.server);
		ChannelLog late = this.there.create("late", SETTINGS).block(PATIENCE);
		late.prepare(Cursor.LATEST).block(PATIENCE);
		saved.restore();
		Await.within(PATIENCE, () -> {
			try {
				return this.quietly.find("late").blockOptional(PATIENCE).isPresent();
			}
			catch (BrokerUnavailableException ex) {
				return false;
			}
		});
		assertThat(late.isClosed()).isFalse();
	}

	@Test
	void channelThatHasEndedWhenTheRegistryIsLostShouldNotTakeItsIdAgain() {
		this.there.create("brief", SETTINGS).block(PATIENCE);
		// A node that does not follow the channel is not told of its end.
		ChannelLog held = this.quietly.find("brief").block(PATIENCE);
		this.there.close("brief").block(PATIENCE);
		this.server.command("DEL comet:{registry}:channels comet:{registry}:life comet:{registry}:ended:brief");
		assertThat(this.quietly.find("brief").blockOptional(PATIENCE)).isEmpty();
		assertThat(held.append("late").onErrorComplete(ChannelClosedException.class).blockOptional(PATIENCE)).isEmpty();
		assertThat(this.there.create("brief", SETTINGS).block(PATIENCE).append("1").block(PATIENCE)).isNotNull();
	}

	@Test
	void channelThatIsBeingClosedWhenTheRegistryIsLostShouldNotTakeItsIdAgain() {
		this.there.create("brief", SETTINGS).block(PATIENCE);
		ChannelLog held = this.quietly.find("brief").block(PATIENCE);
		// Another node has freed the id, but has not closed the channel yet.
		String value = this.server.command("HGET comet:{registry}:channels brief").strip();
		this.server.command("DEL comet:{registry}:channels comet:{registry}:life");
		this.server.command("ZADD comet:{registry}:ending 9999999999999 \"brief " + value + "\"");
		assertThat(this.quietly.find("brief").blockOptional(PATIENCE)).isEmpty();
		assertThat(held.id()).isEqualTo("brief");
		assertThat(this.there.create("brief", SETTINGS).block(PATIENCE).append("1").block(PATIENCE)).isNotNull();
	}

	@Test
	void channelWhenLostShouldNotBeCreatedASecondTimeByTheNodeThatKnowsIt() {
		ChannelLog quiet = this.quietly.create("quiet", SETTINGS).block(PATIENCE);
		this.server.command("FLUSHALL");
		// The time in which nodes register their channels again passes.
		assertThat(this.quietly.find("other").blockOptional(PATIENCE)).isEmpty();
		StepVerifier.create(this.quietly.create("quiet", SETTINGS))
			.expectError(DuplicateChannelException.class)
			.verify(PATIENCE);
		assertThat(quiet.append("1").block(PATIENCE)).isNotNull();
	}

	@Test
	void channelWhenLostShouldNotBeReplacedByAnEarlierOneThatHasEnded() {
		// A node that does not follow a channel is not told of its end.
		ChannelLog first = this.quietly.create("again", SETTINGS).block(PATIENCE);
		this.there.close("again").block(PATIENCE);
		ChannelLog second = this.there.create("again", SETTINGS).block(PATIENCE);
		second.prepare(Cursor.LATEST).block(PATIENCE);
		this.server.command("FLUSHALL");
		assertThat(this.quietly.find("again").block(PATIENCE)).isNotSameAs(first);
		assertThat(second.append("1").block(PATIENCE)).isNotNull();
		assertThat(second.isClosed()).isFalse();
	}

	@Test
	void channelWhenItsRegistrationIsNotSavedShouldNotBeTakenForAnEarlierOneThatHasEnded() {
		assertThat(this.quietly.find("other").blockOptional(PATIENCE)).isEmpty();
		this.there.create("again", SETTINGS).block(PATIENCE);
		this.there.close("again").block(PATIENCE);
		SavedData saved = SavedData.of(this.server);
		ChannelLog second = this.there.create("again", SETTINGS).block(PATIENCE);
		Cursor cursor = Cursor.of("again", second.append("1").block(PATIENCE));
		second.prepare(Cursor.LATEST).block(PATIENCE);
		saved.restore();
		for (RedisChannelBroker node : List.of(this.quietly, this.there)) {
			Await.within(PATIENCE, () -> {
				try {
					return node.findAll(Map.of("again", cursor)).block(PATIENCE).containsKey("again");
				}
				catch (BrokerUnavailableException ex) {
					return false;
				}
			});
			assertThat(node.find("again").blockOptional(PATIENCE)).isPresent();
		}
		assertThat(second.isClosed()).isFalse();
	}

	@Test
	void channelsWhenTheRegistryIsLostShouldNotWaitForOnesWhoseKeysAreOfAnotherType() {
		RedisChannelBroker many = this.nodes.broker(this.nodes.node(this.server.port(), "many", null));
		for (int i = 0; i < 130; i++) {
			ChannelLog log = many.create("c" + i, SETTINGS).block(PATIENCE);
			log.prepare(Cursor.LATEST).block(PATIENCE);
			if (i == 99) {
				for (String key : this.server.command("KEYS many:*:channel").split("\n")) {
					this.server.command("SET " + key + " mine");
				}
			}
		}
		this.server.command("DEL many:{registry}:channels many:{registry}:life");
		Await.within(PATIENCE, () -> this.server.command("HLEN many:{registry}:channels").equals(":30"));
	}

	private String keys(String kind) {
		return this.server.command("KEYS comet:*:" + kind).strip();
	}

}
