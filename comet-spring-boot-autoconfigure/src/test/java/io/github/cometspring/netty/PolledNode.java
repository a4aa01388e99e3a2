package io.github.cometspring.netty;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Authorization;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.web.KeptLogins;
import io.github.cometspring.web.LegacyPollDialect;
import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.PollDialect;
import io.github.cometspring.web.PollHandler;
import io.github.cometspring.web.PollTerms;
import io.github.cometspring.web.SchedulerClientSockets;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.EncoderException;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.mockito.AdditionalAnswers;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.NettyPipeline;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.spy;

/**
 * A node whose clients poll by one of the two paths, in virtual time. A test can make
 * each of its parts fail. One class, as the two paths share its parts.
 */
final class PolledNode implements AutoCloseable {

	static final Duration WRITE_TIMEOUT = Duration.ofSeconds(30);

	static final Duration AUTHORIZATION_TIMEOUT = Duration.ofSeconds(5);

	static final int MAX_CONNECTIONS = 5;

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String LEGACY = "application/x-ocsigen-comet";

	final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	final CometControl control = spy(new CometControl(Duration.ofHours(1)));

	final ChannelBroker broker;

	final Subscriptions subscriptions;

	/** What a filter does before an answer begins. */
	@Nullable Mono<Void> beforeCommit;

	/** Whether the codec fails to write answers. */
	boolean codecFails;

	/** What the dialect throws when it reads, answers, or refuses. */
	@Nullable RuntimeException readFailure;

	@Nullable RuntimeException answerFailure;

	@Nullable RuntimeException refusalFailure;

	private final InMemoryChannelBroker channelBroker = new InMemoryChannelBroker(null, this.time);

	private final DefaultChannels channels = new DefaultChannels(this.channelBroker, ChannelSettings.DEFAULT, 1_000_000,
			this.time);

	private final EmbeddedChannel connection = new EmbeddedChannel(new LocalServerChannel(),
			DefaultChannelId.newInstance(), true, false);

	private final HttpHandler application;

	private final Client client;

	PolledNode(Path path, @Nullable ChannelAuthorizer authorizer) {
		this.broker = mock(ChannelBroker.class, AdditionalAnswers.delegatesTo(this.channelBroker));
		this.subscriptions = new Subscriptions(this.broker, this.control,
				(authorizer != null) ? new Authorization(authorizer, AUTHORIZATION_TIMEOUT) : null,
				new SubscriptionLimits(MAX_CONNECTIONS, 3, 1000, Duration.ofSeconds(15)));
		NettyClientSockets sockets = new NettyClientSockets(new SchedulerClientSockets(this.time, 1, WRITE_TIMEOUT),
				true, WRITE_TIMEOUT);
		PollDialect dialect = new FailingPolls();
		PollHandler handler = new PollHandler(this.subscriptions, sockets, dialect, 1000, KeptLogins.NONE);
		this.application = WebHttpHandlerBuilder.webHandler(handler).filter((exchange, chain) -> {
			Mono<Void> action = this.beforeCommit;
			if (action != null) {
				exchange.getResponse().beforeCommit(() -> action);
			}
			return chain.filter(exchange);
		}).build();
		this.connection.config().setAutoRead(false);
		this.connection.pipeline().addLast(NettyPipeline.HttpCodec, new Codec());
		if (path == Path.DEFAULT_PATH) {
			this.client = new DefaultPathClient();
		}
		else {
			PlainRequests requests = new PlainRequests("/comet",
					List.of(new PollTerms(this.subscriptions, dialect, sockets.writeDeadlines())), 1000, Set.of());
			this.connection.pipeline()
				.addLast(PlainPipeline.FAST_PATH, new FastPathHandler(requests, new FastRequests(sockets,
						this.subscriptions, null, WebSocketDecoderConfig.newBuilder().build()), sockets));
			this.client = new ConnectedClient();
		}
	}

	Channel channel(String name) {
		return Objects.requireNonNull(this.channels.obtain(name).block(PATIENCE));
	}

	/**
	 * Delivers a message to the clients that are connected.
	 */
	CompletableFuture<Outcome> deliver(String name) {
		CompletableFuture<Outcome> outcome = channel(name).deliver("m").toFuture();
		pass(Duration.ofMillis(1));
		return outcome;
	}

	void poll(String body) {
		this.client.poll(Flux.just(bytes(body)));
		pass(Duration.ZERO);
	}

	/**
	 * Polls with a body that does not arrive.
	 */
	void pollWithoutBody() {
		this.client.poll(Flux.never());
	}

	/**
	 * The status of the answer, or a word if there is none.
	 */
	String answer() {
		return this.client.answer();
	}

	/**
	 * The client closes its connection.
	 */
	void leave() {
		this.client.leave();
		pass(Duration.ZERO);
	}

	void pass(Duration time) {
		this.time.advanceTimeBy(time);
		this.connection.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
		this.connection.runScheduledPendingTasks();
		this.connection.runPendingTasks();
	}

	/**
	 * How many clients count as connected.
	 */
	int connections() {
		return this.subscriptions.connections(Transport.LEGACY);
	}

	@Override
	public void close() {
		this.connection.finishAndReleaseAll();
		this.subscriptions.dispose();
		this.channelBroker.dispose();
	}

	private static DataBuffer bytes(String text) {
		return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * The paths of polls.
	 */
	enum Path {

		/** The request comes from a server, and its body piece by piece. */
		DEFAULT_PATH,

		/** The application does not get the request, unless it is handed on. */
		FAST_PATH

	}

	private interface Client {

		void poll(Flux<DataBuffer> body);

		String answer();

		void leave();

	}

	private final class DefaultPathClient implements Client {

		private final MockServerHttpResponse response = new MockServerHttpResponse();

		private final TestSubscriber<Void> exchange = TestSubscriber.create();

		@Override
		public void poll(Flux<DataBuffer> body) {
			PolledNode.this.application.handle(MockServerHttpRequest.post("/comet").body(body), this.response)
				.subscribe(this.exchange);
		}

		@Override
		public String answer() {
			if (!this.exchange.isTerminated()) {
				return "none yet";
			}
			HttpStatusCode status = this.response.getStatusCode();
			return this.exchange.isTerminatedError() ? "closed"
					: String.valueOf((status != null) ? status.value() : 200);
		}

		@Override
		public void leave() {
			this.exchange.cancel();
		}

	}

	private final class ConnectedClient implements Client {

		private @Nullable DefaultPathClient handedOn;

		@Override
		public void poll(Flux<DataBuffer> body) {
			EmbeddedChannel connection = PolledNode.this.connection;
			String text = body.map((bytes) -> bytes.toString(StandardCharsets.UTF_8)).blockFirst(PATIENCE);
			HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/comet");
			head.headers().set("Host", "localhost").set("Content-Type", LEGACY).set("Content-Length", text.length());
			connection.writeOneInbound(head);
			connection.writeOneInbound(new DefaultLastHttpContent(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)));
			connection.flushInbound();
			if (connection.inboundMessages().peek() instanceof HttpRequest) {
				connection.readInbound();
				HttpContent content = connection.readInbound();
				this.handedOn = new DefaultPathClient();
				this.handedOn.poll(Flux.just(bytes(content.content().toString(StandardCharsets.UTF_8))));
				content.release();
			}
		}

		@Override
		public String answer() {
			if (this.handedOn != null) {
				return this.handedOn.answer();
			}
			FullHttpResponse response = PolledNode.this.connection.readOutbound();
			if (response == null) {
				return PolledNode.this.connection.isOpen() ? "none yet" : "closed";
			}
			response.release();
			return String.valueOf(response.status().code());
		}

		@Override
		public void leave() {
			PolledNode.this.connection.close();
		}

	}

	/**
	 * Stands for the codec.
	 */
	private final class Codec extends ChannelDuplexHandler {

		@Override
		public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
			if (PolledNode.this.codecFails && message instanceof FullHttpResponse) {
				ReferenceCountUtil.release(message);
				promise.setFailure(new EncoderException("broken"));
			}
			else {
				context.write(message, promise);
			}
		}

	}

	/**
	 * The legacy dialect, which fails on demand.
	 */
	private final class FailingPolls implements PollDialect {

		private final LegacyPollDialect legacy = new LegacyPollDialect();

		@Override
		public Dialect dialect() {
			return this.legacy.dialect();
		}

		@Override
		public boolean speaks(@Nullable String contentType) {
			return this.legacy.speaks(contentType);
		}

		@Override
		public SubscriptionRequest read(Function<String, List<String>> headers, byte[] body, Caller caller) {
			failWith(PolledNode.this.readFailure);
			return this.legacy.read(headers, body, caller);
		}

		@Override
		public PollAnswer answer(Batch batch) {
			failWith(PolledNode.this.answerFailure);
			return this.legacy.answer(batch);
		}

		@Override
		public PollAnswer refuse(HttpStatus status, @Nullable String sentence) {
			return this.legacy.refuse(status, sentence);
		}

		@Override
		public PollAnswer refuse(SubscriptionRejectedException rejected) {
			failWith(PolledNode.this.refusalFailure);
			return this.legacy.refuse(rejected);
		}

		private static void failWith(@Nullable RuntimeException failure) {
			if (failure != null) {
				throw failure;
			}
		}

	}

}
