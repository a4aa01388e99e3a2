package io.github.cometspring.foreign;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelBrokerContract;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelName;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.ImmediateChannelBroker;
import io.github.cometspring.channel.ImmediateChannelLog;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Publication;
import io.github.cometspring.channel.Replay;
import io.github.cometspring.testing.Await;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests that a broker behind a network fulfils the contract, and tests for copies that
 * lag.
 */
class ForeignBrokerTests extends ChannelBrokerContract {

	private static final ChannelSettings SETTINGS = ChannelSettings.DEFAULT;

	private final Scheduler network = Schedulers.newParallel("network", 3);

	private final List<ForeignBroker> nodes = new ArrayList<>();

	private final ForeignCluster cluster = new ForeignCluster(null, this.network);

	@AfterEach
	void dispose() {
		this.nodes.forEach(ForeignBroker::dispose);
		this.network.dispose();
	}

	@Override
	protected ChannelBroker broker(@Nullable Integer limit) {
		return node(new ForeignCluster(limit, this.network));
	}

	private ForeignBroker node(ForeignCluster cluster) {
		ForeignBroker node = new ForeignBroker(cluster, this.network);
		this.nodes.add(node);
		return node;
	}

	@Test
	void typesOfTheSpiShouldBePublic() {
		Delivery delivery = new Delivery(new Position(1, 1));
		delivery.dismiss();
		assertThat(get(delivery.outcome())).isEqualTo(new Outcome(new Position(1, 1), 0, 0));
		assertThat(ChannelName.requireValid("x")).isEqualTo("x");
	}

	@Test
	void publicationWhenBrokerNeverWaitsShouldNeedNoSubscription() throws Exception {
		ImmediateChannelLog log = immediateLog();
		ImmediateChannelBroker broker = mock(ImmediateChannelBroker.class);
		given(broker.findNow("a")).willReturn(log);
		given(broker.obtainNow("a", SETTINGS)).willReturn(log);
		DefaultChannels channels = channels(broker);
		assertThat(call(channels.find("b"))).isNull();
		for (Mono<Channel> finding : List.of(channels.find("a"), channels.obtain("a"))) {
			Channel channel = Objects.requireNonNull(call(finding));
			assertThat(call(channel.publish("1"))).isEqualTo(new Position(1, 1));
		}
		assertThat(channels.published()).isEqualTo(2);
	}

	@Test
	void publicationWhenOnlyTheLogNeverWaitsShouldNeedNoSubscription() throws Exception {
		ImmediateChannelLog log = immediateLog();
		ChannelBroker broker = mock(ChannelBroker.class);
		given(broker.find("a")).willReturn(Mono.<ChannelLog>just(log).hide());
		Channel channel = get(channels(broker).find("a"));
		assertThat(call(channel.publish("1"))).isEqualTo(new Position(1, 1));
	}

	private static ImmediateChannelLog immediateLog() {
		ImmediateChannelLog log = mock(ImmediateChannelLog.class);
		given(log.id()).willReturn("a");
		given(log.settings()).willReturn(SETTINGS);
		given(log.touch()).willReturn(true);
		given(log.appendNow("1")).willReturn(new Position(1, 1));
		return log;
	}

	@SuppressWarnings("unchecked")
	private static <T> @Nullable T call(Mono<T> callable) throws Exception {
		return ((Callable<@Nullable T>) callable).call();
	}

	@Test
	void readWhenCopyLagsShouldWaitAndReportNoGap() {
		ForeignBroker here = node(this.cluster);
		ForeignBroker there = node(this.cluster);
		ChannelLog log = prepared(get(here.create("a", SETTINGS)));
		append(log, "1");
		here.hold();
		Position position = get(get(there.find("a")).append("2"));
		get(here.findAll(Map.of("a", Cursor.of("a", position))));
		assertThat(log.newest().offset()).as("not here yet").isOne();
		assertThat(log.end()).isEqualTo(position);
		assertThat(log.read(position)).isEqualTo(new Replay(List.of(), false, position));
		assertThat(log.read(at(log, 3)).gap()).as("beyond the end").isTrue();
		here.release();
		awaitArrival(log, position);
		assertThat(log.read(position)).isEqualTo(new Replay(List.of(), false, position));
		assertThat(texts(log.read(at(log, 1)))).containsExactly("2");
	}

	@Test
	void messagesWhenCopyLagsShouldBeginWithMessagesFromNowOn() {
		ForeignBroker here = node(this.cluster);
		Channel channel = get(channels(here).create("a"));
		prepared(get(here.find("a")));
		here.hold();
		this.cluster.setLatency(Duration.ofMillis(5));
		get(channel.publish("before"));
		Cursor now = get(channel.cursor());
		TestSubscriber<Message> fromNow = TestSubscriber.create();
		TestSubscriber<Message> fromCursor = TestSubscriber.create();
		channel.messages().subscribe(fromNow);
		channel.messages(now).subscribe(fromCursor);
		// This call is answered after those of the readers.
		get(get(here.find("a")).prepare(Cursor.LATEST).thenReturn(true));
		get(channel.publish("after"));
		here.release();
		Await.within(PATIENCE,
				() -> !fromNow.getReceivedOnNext().isEmpty() && !fromCursor.getReceivedOnNext().isEmpty());
		assertThat(fromCursor.getReceivedOnNext()).extracting(Message::data).containsExactly("after");
		assertThat(fromCursor.getReceivedOnNext()).noneMatch(Message::afterGap);
		assertThat(fromNow.getReceivedOnNext()).isEqualTo(fromCursor.getReceivedOnNext());
	}

	@Test
	void messagesWhenChannelHasAnotherEpochShouldGoOnAfterAGap() {
		ForeignBroker here = node(this.cluster);
		Channel channel = get(channels(here).create("a"));
		get(channel.publish("1"));
		TestSubscriber<Message> reader = TestSubscriber.create();
		channel.messages(Cursor.EARLIEST).subscribe(reader);
		Await.within(PATIENCE, () -> reader.getReceivedOnNext().size() == 1);
		this.cluster.forget("a", false);
		get(channel.publish("2"));
		get(channel.publish("3"));
		Await.within(PATIENCE, () -> reader.getReceivedOnNext().size() == 3);
		assertThat(reader.getReceivedOnNext()).extracting(Message::data).containsExactly("1", "2", "3");
		assertThat(reader.getReceivedOnNext()).extracting(Message::afterGap).containsExactly(false, true, false);
	}

	@Test
	void liveWhenThereIsAChangeWithoutAMessageShouldEmitChange() {
		ForeignBroker here = node(this.cluster);
		ChannelLog log = prepared(get(here.create("a", SETTINGS)));
		append(log, "1");
		TestSubscriber<Publication> live = TestSubscriber.create();
		log.live().subscribe(live);
		here.drop((entry) -> true);
		get(log.append("lost"));
		this.cluster.trim("a", false);
		Await.within(PATIENCE, () -> live.getReceivedOnNext().size() == 1);
		this.cluster.forget("a", false);
		Await.within(PATIENCE, () -> live.getReceivedOnNext().size() == 2);
		assertThat(live.getReceivedOnNext()).containsOnly(Publication.CHANGE);
		assertThat(log.newest().offset()).isZero();
	}

	@Test
	void publishWhenThereIsNoReaderShouldNeedNoCopy() {
		ForeignBroker here = node(this.cluster);
		Channel channel = get(channels(here).create("a"));
		int before = this.cluster.calls();
		get(channel.publish("1"));
		assertThat(get(channel.deliver("2")).delivered()).isZero();
		assertThat(this.cluster.calls() - before).as("one for each").isEqualTo(2);
		ForeignLog log = (ForeignLog) get(here.find("a"));
		assertThat(log.isFollowed()).isFalse();
		assertThat(log.newest().offset()).isZero();
	}

	@Test
	void findAllShouldCostOneRoundTrip() {
		ForeignBroker here = node(this.cluster);
		ChannelLog closed = prepared(get(here.create("closed", SETTINGS)));
		append(closed, "1");
		Cursor cursor = Cursor.of("closed", at(closed, 0)).and(Cursor.of("unknown", at(closed, 7)));
		close(closed);
		get(here.create("living", SETTINGS));
		here.dispose();
		int before = this.cluster.calls();
		Map<String, ChannelLog> found = get(
				here.findAll(Map.of("closed", cursor, "living", cursor, "unknown", cursor, "other", cursor)));
		assertThat(found).containsOnlyKeys("closed", "living").containsEntry("closed", closed);
		assertThat(this.cluster.calls() - before).isOne();
	}

	@Test
	void callsWhenClusterIsUnavailableShouldFailWithTheTypedError() {
		ForeignBroker here = node(this.cluster);
		Channel channel = get(channels(here).create("a"));
		this.cluster.setAway(true);
		StepVerifier.create(channel.publish("1")).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		StepVerifier.create(channel.deliver("1")).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		StepVerifier.create(channel.messages()).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		StepVerifier.create(channel.cursor()).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		StepVerifier.create(channel.close()).expectError(BrokerUnavailableException.class).verify(PATIENCE);
		this.cluster.setAway(false);
		assertThat(get(channel.publish("1")).offset()).isOne();
	}

	private static DefaultChannels channels(ChannelBroker broker) {
		return new DefaultChannels(broker, SETTINGS, 1000, Schedulers.parallel());
	}

}
