package io.github.cometspring.client;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.client.CometClientOptions.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.TcpProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client against a real server whose connections break.
 */
@SetsFastPath
class CometClientReconnectIT {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final int MESSAGES = 1_000;

	private static final int CUTS = 10;

	// The client's log, since the tests run in the same process
	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.client.HttpClientConnect");

	private final ClientSide requests = new ClientSide();

	private final TestSubscriber<ReceivedMessage> received = TestSubscriber.create();

	private CometServer server;

	private TcpProxy proxy;

	@BeforeEach
	void start() {
		this.server = start(0);
		this.proxy = new TcpProxy(this.server.port());
	}

	private static CometServer start(int port) {
		return CometServer.start(new Class<?>[] { Prices.class }, "server.port=" + port,
				"comet.history.size=" + MESSAGES, "server.shutdown=immediate");
	}

	@AfterEach
	void stop() {
		this.received.cancel();
		this.proxy.close();
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenCutTenTimesShouldReceiveEachMessageOnceInOrder(Transport transport) {
		long seed = Long.getLong("comet.test.seed", System.nanoTime());
		System.out.println("-Dcomet.test.seed=" + seed);
		Random random = new Random(seed);
		subscribe(transport);
		for (int i = 1; i <= MESSAGES; i++) {
			publish(i);
			if (i % (MESSAGES / CUTS) == MESSAGES / CUTS / 2) {
				// Connected, so that a cut can lose messages.
				int least = i - 20;
				Await.until(() -> this.received.getReceivedOnNext().size() > least);
				this.proxy.cutAfter(random.nextInt(1000));
			}
		}
		Await.within(PATIENCE, () -> this.received.getReceivedOnNext().size() >= MESSAGES);
		assertThat(this.proxy.cuts()).isEqualTo(CUTS);
		assertThat(this.received.getReceivedOnNext()).extracting(ReceivedMessage::text)
			.isEqualTo(IntStream.rangeClosed(1, MESSAGES).mapToObj(String::valueOf).toList());
		assertThat(this.received.getReceivedOnNext()).extracting(ReceivedMessage::afterGap).containsOnly(false);
		assertThat(this.received.isTerminated()).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenServerIsAwayShouldBackOffAndReconnect(Transport transport) {
		subscribe(transport);
		publish(1);
		Await.until(() -> this.received.getReceivedOnNext().size() == 1 && prices().subscribers() == 1);
		int before = this.requests.requests();
		this.proxy.unplug();
		Await.until(() -> this.requests.requests() >= before + 6);
		List<Duration> pauses = this.requests.pauses(before);
		publish(2);
		this.proxy.plugIn();
		Await.until(() -> this.received.getReceivedOnNext().size() == 2);
		assertThat(texts()).containsExactly("1", "2");
		// A random part of up to a half is subtracted: 200, 400, 400 milliseconds.
		assertThat(pauses.get(0)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
		assertThat(pauses.subList(1, 5))
			.allSatisfy((pause) -> assertThat(pause).isBetween(Duration.ofMillis(200), Duration.ofSeconds(4)));
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenDeactivatedShouldObeyRetryAfter(Transport transport) {
		subscribe(transport);
		this.server.control().deactivate().block(PATIENCE);
		Await.until(() -> this.requests.answers().contains(503));
		int refused = this.requests.requests();
		publish(1);
		this.server.control().activate().block(PATIENCE);
		Await.within(PATIENCE, () -> this.received.getReceivedOnNext().size() == 1);
		assertThat(texts()).containsExactly("1");
		assertThat(this.requests.answers()).containsOnlyOnce(503);
		Duration asked = this.requests.retryAfter().get(0);
		assertThat(this.requests.pauses(refused - 1).get(0)).isBetween(asked, asked.plusSeconds(4));
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenServerIsRestartedShouldReportGapAndContinue(Transport transport) {
		subscribe(transport);
		publish(1);
		Await.until(() -> this.received.getReceivedOnNext().size() == 1 && prices().subscribers() == 1);
		int port = this.server.port();
		int before = this.requests.requests();
		this.server.close();
		Await.until(() -> this.requests.requests() > before);
		this.server = start(port);
		// It may have been told to wait, more than once.
		Await.within(PATIENCE, () -> prices().subscribers() == 1);
		publish(2);
		publish(3);
		Await.until(() -> this.received.getReceivedOnNext().size() == 3);
		assertThat(texts()).containsExactly("1", "2", "3");
		assertThat(this.received.getReceivedOnNext()).extracting(ReceivedMessage::afterGap)
			.containsExactly(false, true, false);
	}

	private void subscribe(Transport transport) {
		this.requests.client(transport, this.proxy.port()).subscribe("prices").subscribe(this.received);
		Await.until(() -> prices().subscribers() == 1);
	}

	private void publish(int number) {
		prices().publish(String.valueOf(number)).block(PATIENCE);
	}

	private Channel prices() {
		Channel channel = this.server.channels().find("prices").block(PATIENCE);
		assertThat(channel).isNotNull();
		return channel;
	}

	private List<String> texts() {
		return this.received.getReceivedOnNext().stream().map(ReceivedMessage::text).toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class Prices {

		// By whichever node is first, and before the port is open, or clients would
		// receive that the channel has ended
		@Bean
		SmartInitializingSingleton prices(Channels channels) {
			return () -> channels.obtain("prices").block(PATIENCE);
		}

	}

}
