package io.github.cometspring.netty;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.EndReason;
import io.github.cometspring.subscription.SchedulerEventLoop;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.SubscriptionListener;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.web.SchedulerClientSockets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.NettyPipeline;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FastStream}. What the channel reads at its end has taken the default
 * path.
 */
class FastStreamTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.Admission",
			"io.github.cometspring.web.EventStreamStart");

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);

	private final DefaultChannels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 1_000_000,
			this.time);

	private final CometControl control = new CometControl(Duration.ofSeconds(20));

	private final List<String> events = new ArrayList<>();

	/** What the broker answers in place of the channels. */
	private @Nullable Mono<Map<String, ChannelLog>> found;

	private final Subscriptions subscriptions = new Subscriptions(
			(ChannelBroker) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { ChannelBroker.class },
					(proxy, method, arguments) -> (method.getName().equals("findAll") && this.found != null)
							? this.found : ReflectionUtils.invokeMethod(method, this.broker, arguments)),
			this.control, null, new SubscriptionLimits(1, 3, 1000, Duration.ofSeconds(15)), List.of(new Recorder()));

	private final EmbeddedChannel connection = new EmbeddedChannel(new LocalServerChannel(),
			DefaultChannelId.newInstance(), true, false);

	@BeforeEach
	void connect() {
		NettyClientSockets sockets = new NettyClientSockets(new SchedulerClientSockets(this.time, 1, PATIENCE), true,
				PATIENCE);
		this.connection.config().setAutoRead(false);
		this.connection.pipeline().addLast(NettyPipeline.HttpCodec, new EmbeddedFastPath.Reads());
		this.connection.pipeline()
			.addLast(PlainPipeline.FAST_PATH, new FastPathHandler(
					new PlainRequests("/comet", List.of(), 1000, EnumSet.of(Transport.SSE, Transport.WEBSOCKET)),
					new FastRequests(sockets, this.subscriptions, null, WebSocketDecoderConfig.newBuilder().build()),
					sockets));
		this.channels.create("a").block(PATIENCE);
	}

	@AfterEach
	void nothingShouldBeLeft() {
		this.connection.finishAndReleaseAll();
		this.connection.runPendingTasks();
		assertThat(held()).isZero();
	}

	private int held() {
		return this.subscriptions.connections(Transport.SSE);
	}

	private ConnectionState state() {
		return this.connection.pipeline().get(FastPathHandler.class).state();
	}

	private HttpRequest ask(String query) {
		HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/comet?" + query);
		head.headers().set("Host", "localhost").set("Accept", "text/event-stream");
		this.connection.writeInbound(head, LastHttpContent.EMPTY_LAST_CONTENT);
		this.connection.runPendingTasks();
		return head;
	}

	private void publish(String data) {
		this.channels.find("a").flatMap((channel) -> channel.publish(data)).block(PATIENCE);
		this.connection.runPendingTasks();
	}

	/**
	 * What has been written: heads as their status, bytes as text.
	 */
	private String written() {
		StringBuilder text = new StringBuilder();
		for (Object message = this.connection.readOutbound(); message != null; message = this.connection
			.readOutbound()) {
			if (message instanceof HttpResponse head) {
				text.append(head.status().code()).append('\n');
			}
			if (message instanceof FullHttpResponse full) {
				text.append(full.content().toString(StandardCharsets.UTF_8)).append("end");
			}
			else if (message instanceof ByteBuf bytes) {
				text.append(bytes.toString(StandardCharsets.UTF_8));
			}
			else if (message instanceof LastHttpContent) {
				text.append("end");
			}
			ReferenceCountUtil.release(message);
		}
		return text.toString();
	}

	private void assertHandedOn(HttpRequest head) {
		assertThat(this.connection.<Object>readInbound()).isSameAs(head);
		assertThat(this.connection.<Object>readInbound()).isSameAs(LastHttpContent.EMPTY_LAST_CONTENT);
		assertThat(this.connection.outboundMessages()).isEmpty();
		assertThat(state()).isEqualTo(ConnectionState.SERVER);
		assertThat(held()).isZero();
	}

	@Test
	void streamShouldBeOpenedAndGoOnAndEnd() {
		ask("channel=a");
		assertThat(written()).startsWith("200\n").contains("retry: ", "event: heartbeat");
		assertThat(state()).isEqualTo(ConnectionState.STREAMING);
		publish("m");
		assertThat(written()).contains("\"m\"");
		this.channels.find("a").flatMap((channel) -> channel.close()).block(PATIENCE);
		this.connection.runPendingTasks();
		assertThat(written()).contains("event: ended").endsWith("end");
		assertThat(state()).isEqualTo(ConnectionState.IDLE);
		assertThat(this.events).containsExactly("connected", "ended CHANNELS_CLOSED");
		assertThat(this.connection.inboundMessages()).isEmpty();
	}

	@Test
	void streamWhenAllChannelsHaveEndedShouldBeAnsweredWithoutEvents() {
		ask("channel=x");
		assertThat(written()).isEqualTo("204\nend");
		assertThat(state()).isEqualTo(ConnectionState.IDLE);
		assertThat(this.connection.inboundMessages()).isEmpty();
	}

	@Test
	void streamWhenBrokerAnswersLaterShouldBeOpenedThen() {
		Sinks.One<Map<String, ChannelLog>> later = Sinks.one();
		this.found = later.asMono();
		publish("m");
		ask("channel=a&cursor=earliest");
		assertThat(state()).isEqualTo(ConnectionState.HELD);
		assertThat(written()).isEmpty();
		later.tryEmitValue(Objects.requireNonNull(this.broker.findAll(Map.of("a", Cursor.LATEST)).block(PATIENCE)));
		this.connection.runPendingTasks();
		assertThat(written()).startsWith("200\n").contains("\"m\"");
		assertThat(state()).isEqualTo(ConnectionState.STREAMING);
	}

	@Test
	void streamWhenClientLeavesBeforeBrokerAnswersShouldLeaveNothing() {
		Sinks.One<Map<String, ChannelLog>> later = Sinks.one();
		this.found = later.asMono();
		ask("channel=a");
		this.connection.close();
		this.connection.runPendingTasks();
		assertThat(held()).isZero();
		later.tryEmitError(new BrokerUnavailableException(null));
		this.connection.runPendingTasks();
		assertThat(written()).isEmpty();
		assertThat(this.events).containsExactly("connected", "ended CLIENT_GONE");
	}

	@Test
	void streamWhenBrokerFailsLaterShouldBeRefused() {
		Sinks.One<Map<String, ChannelLog>> later = Sinks.one();
		this.found = later.asMono();
		ask("channel=a");
		later.tryEmitError(new BrokerUnavailableException(null));
		this.connection.runPendingTasks();
		assertThat(written()).startsWith("503\n{").endsWith("end");
		assertThat(state()).isEqualTo(ConnectionState.IDLE);
		assertThat(held()).isZero();
		assertThat(this.events).containsExactly("connected", "ended REFUSED");
	}

	@Test
	void streamWhenBrokerBreaksLaterShouldBeAnsweredWithError() {
		Sinks.One<Map<String, ChannelLog>> later = Sinks.one();
		this.found = later.asMono();
		ask("channel=a");
		later.tryEmitError(new IllegalStateException("broken"));
		this.connection.runPendingTasks();
		assertThat(written()).startsWith("500\n{").endsWith("end");
		assertThat(state()).isEqualTo(ConnectionState.IDLE);
		assertThat(this.events).containsExactly("connected", "ended ERROR");
	}

	@Test
	void streamWhenBrokerFailsAtOnceShouldBeHandedOnAsNew() {
		this.found = Mono.error(new BrokerUnavailableException(null));
		assertHandedOn(ask("channel=a"));
		assertThat(this.events).isEmpty();
	}

	@Test
	void streamWhenRefusedShouldBeHandedOnAsNew() {
		assertHandedOn(ask("cursor=latest"));
		assertThat(this.events).isEmpty();
	}

	@Test
	void streamOverTheLimitShouldBeHandedOnAsNew() {
		this.subscriptions.connect(new Dialect(Transport.LEGACY, (message) -> 1), new SchedulerEventLoop(this.time));
		this.events.clear();
		assertHandedOn(ask("channel=a"));
		assertThat(this.events).isEmpty();
	}

	@Test
	void requestBehindStreamShouldWaitForItsEnd() {
		ask("channel=a");
		written();
		HttpRequest next = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
		this.connection.writeInbound(next, LastHttpContent.EMPTY_LAST_CONTENT);
		assertThat(this.connection.inboundMessages()).isEmpty();
		this.channels.find("a").flatMap((channel) -> channel.close()).block(PATIENCE);
		this.connection.runPendingTasks();
		assertThat(written()).endsWith("end");
		assertThat(this.connection.<Object>readInbound()).isSameAs(next);
	}

	/**
	 * Records the life of clients.
	 */
	private final class Recorder implements SubscriptionListener {

		@Override
		public void connected(Transport transport) {
			FastStreamTests.this.events.add("connected");
		}

		@Override
		public void ended(Transport transport, EndReason reason) {
			FastStreamTests.this.events.add("ended " + reason);
		}

	}

}
