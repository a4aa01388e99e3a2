package io.github.cometspring.netty;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.web.JsonPollDialect;
import io.github.cometspring.web.LegacyPollDialect;
import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.PollDialect;
import io.github.cometspring.web.PollTerms;
import io.github.cometspring.web.SchedulerClientSockets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import reactor.netty.NettyPipeline;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.HttpStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A connection with a {@link FastPathHandler}, in virtual time. What the channel reads at
 * its end has taken the default path.
 */
abstract class EmbeddedFastPath {

	static final Duration PATIENCE = Duration.ofSeconds(10);

	final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);

	final DefaultChannels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 1_000_000, this.time);

	final CometControl control = new CometControl(Duration.ofSeconds(20));

	final Subscriptions subscriptions = new Subscriptions(this.broker, this.control, null,
			new SubscriptionLimits(5, 3, 1000, Duration.ofSeconds(15)));

	final NettyClientSockets sockets = new NettyClientSockets(new SchedulerClientSockets(this.time, 1, PATIENCE), true,
			PATIENCE);

	final List<ByteBuf> buffers = new ArrayList<>();

	final Reads reads = new Reads();

	PlainRequests requests;

	EmbeddedChannel connection;

	@BeforeEach
	void connect() {
		List<PollTerms> polls = Stream
			.<PollDialect>of(new LegacyPollDialect(), new JsonPollDialect(), new BrokenPolls())
			.map((dialect) -> new PollTerms(this.subscriptions, dialect, this.sockets.writeDeadlines()))
			.toList();
		this.requests = new PlainRequests("/comet", polls, 1000, Set.of());
		this.connection = new EmbeddedChannel(new LocalServerChannel(), DefaultChannelId.newInstance(), true, false);
		this.connection.config().setAutoRead(false);
		this.connection.pipeline().addLast(NettyPipeline.HttpCodec, this.reads);
		this.connection.pipeline()
			.addLast(PlainPipeline.FAST_PATH, new FastPathHandler(this.requests, new FastRequests(this.sockets,
					this.subscriptions, null, WebSocketDecoderConfig.newBuilder().build()), this.sockets));
		this.channels.create("a").block(PATIENCE);
	}

	@AfterEach
	void nothingShouldBeLeft() {
		this.connection.finishAndReleaseAll();
		this.connection.runPendingTasks();
		assertThat(this.buffers).allSatisfy((buffer) -> assertThat(buffer.refCnt()).isZero());
		assertThat(held()).isZero();
	}

	void assertHandedOn(Object... request) {
		read(request);
		for (Object part : request) {
			assertThat(this.connection.<Object>readInbound()).isSameAs(part);
		}
		assertNothingHandedOn();
		assertNoAnswer();
		respond();
		this.buffers.forEach(ByteBuf::release);
		this.buffers.clear();
	}

	void read(Object... messages) {
		for (Object message : messages) {
			this.connection.writeOneInbound(message);
		}
		this.connection.flushInbound();
	}

	void publish(String data) {
		this.channels.find("a").flatMap((channel) -> channel.publish(data)).block(PATIENCE);
		this.connection.advanceTimeBy(1, TimeUnit.SECONDS);
		this.connection.runScheduledPendingTasks();
		this.connection.runPendingTasks();
	}

	void respond() {
		respond(HttpResponseStatus.OK);
		this.connection.<FullHttpResponse>readOutbound().release();
	}

	void respond(HttpResponseStatus status) {
		this.connection.writeOneOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status));
		this.connection.flushOutbound();
	}

	String answer() {
		FullHttpResponse answer = this.connection.readOutbound();
		String text = answer.status().code() + " " + answer.content().toString(StandardCharsets.UTF_8);
		answer.release();
		return text;
	}

	void assertNoAnswer() {
		assertThat(this.connection.outboundMessages())
			.noneMatch((message) -> message instanceof FullHttpResponse response && response.status().code() >= 200);
	}

	void assertNothingHandedOn() {
		assertThat(this.connection.inboundMessages()).isEmpty();
	}

	int held() {
		return this.subscriptions.connections(Transport.LEGACY);
	}

	static HttpRequest head() {
		HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/comet");
		head.headers()
			.set("Host", "localhost")
			.set("Content-Type", "application/x-ocsigen-comet")
			.set("Content-Length", "14");
		return head;
	}

	static HttpRequest get() {
		return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
	}

	DefaultHttpContent content(String text) {
		return new DefaultHttpContent(buffer(text));
	}

	LastHttpContent last(String text) {
		return new DefaultLastHttpContent(buffer(text));
	}

	ByteBuf buffer(String text) {
		ByteBuf buffer = Unpooled.buffer().writeBytes(text.getBytes(StandardCharsets.UTF_8));
		this.buffers.add(buffer);
		return buffer;
	}

	/**
	 * A dialect with an error.
	 */
	static final class BrokenPolls implements PollDialect {

		final LegacyPollDialect legacy = new LegacyPollDialect();

		boolean unreadable;

		@Override
		public Dialect dialect() {
			return this.legacy.dialect();
		}

		@Override
		public boolean speaks(String contentType) {
			this.unreadable = "broken/read".equals(contentType);
			return contentType.startsWith("broken/");
		}

		@Override
		public SubscriptionRequest read(Function<String, List<String>> headers, byte[] body, Caller caller) {
			if (this.unreadable) {
				throw new IllegalStateException("broken");
			}
			return this.legacy.read(headers, body, caller);
		}

		@Override
		public PollAnswer answer(Batch batch) {
			throw new IllegalStateException("broken");
		}

		@Override
		public PollAnswer refuse(HttpStatus status, String sentence) {
			return this.legacy.refuse(status, sentence);
		}

		@Override
		public PollAnswer refuse(SubscriptionRejectedException rejected) {
			return this.legacy.refuse(rejected);
		}

	}

	/**
	 * Stands for the codec, and counts how often it is asked to read.
	 */
	static final class Reads extends ChannelDuplexHandler {

		int count;

		@Override
		public void read(ChannelHandlerContext context) {
			this.count++;
			context.read();
		}

	}

}
