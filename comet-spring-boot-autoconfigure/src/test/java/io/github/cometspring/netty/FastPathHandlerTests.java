package io.github.cometspring.netty;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Batch;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.NettyPipeline;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.HttpStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link FastPathHandler}, message by message. Messages at the end of the
 * embedded channel have taken the default path.
 */
class FastPathHandlerTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);

	private final DefaultChannels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 1_000_000,
			this.time);

	private final CometControl control = new CometControl(Duration.ofSeconds(20));

	private final Subscriptions subscriptions = new Subscriptions(this.broker, this.control, null,
			new SubscriptionLimits(5, 3, 1000, Duration.ofSeconds(15)));

	private final List<ByteBuf> buffers = new ArrayList<>();

	private final Reads reads = new Reads();

	private EmbeddedChannel connection;

	@BeforeEach
	void connect() {
		NettyClientSockets sockets = new NettyClientSockets(new SchedulerClientSockets(this.time, 1, PATIENCE), true,
				PATIENCE);
		List<PollTerms> polls = Stream
			.<PollDialect>of(new LegacyPollDialect(), new JsonPollDialect(), new BrokenPolls())
			.map((dialect) -> new PollTerms(this.subscriptions, dialect, sockets.writeDeadlines()))
			.toList();
		PlainRequests requests = new PlainRequests("/comet", polls, 1000);
		this.connection = new EmbeddedChannel(new LocalServerChannel(), DefaultChannelId.newInstance(), true, false);
		this.connection.config().setAutoRead(false);
		this.connection.pipeline().addLast(NettyPipeline.HttpCodec, this.reads);
		this.connection.pipeline()
			.addLast(PlainPipeline.FAST_PATH, new FastPathHandler(requests, new FastPoll.Path(sockets), sockets));
		this.channels.create("a").block(PATIENCE);
	}

	@AfterEach
	void nothingShouldBeLeft() {
		this.connection.finishAndReleaseAll();
		this.connection.runPendingTasks();
		assertThat(this.buffers).allSatisfy((buffer) -> assertThat(buffer.refCnt()).isZero());
		assertThat(held()).isZero();
	}

	@Test
	void pollShouldBeAnsweredAndNotHandedOn() {
		read(head(), last("registration=x"));
		assertThat(answer()).isEqualTo("200 x:ENDED_CHANNEL");
		assertNothingHandedOn();
	}

	@Test
	void pollWhenBodyComesInPartsOfOneReadShouldBeAnswered() {
		read(head(), content("regis"), content(""), content("tration"), content("=x%0"), last("Ay"));
		assertThat(answer()).isEqualTo("200 x:ENDED_CHANNEL\ny:ENDED_CHANNEL");
		assertNothingHandedOn();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3 })
	void pollWhenReadCompletesBeforeItsEndShouldBeHandedOnInFull(int parts) {
		Object[] all = { head(), content("regis"), content("tration"), last("=x") };
		for (int i = 0; i < parts; i++) {
			this.connection.writeOneInbound(all[i]);
		}
		assertNothingHandedOn();
		this.connection.flushInbound();
		for (int i = parts; i < all.length; i++) {
			read(all[i]);
		}
		for (Object part : all) {
			assertThat(this.connection.<Object>readInbound()).isSameAs(part);
		}
		assertNoAnswer();
		assertThat(this.buffers).allSatisfy((buffer) -> assertThat(buffer.refCnt()).isEqualTo(1));
		this.buffers.forEach(ByteBuf::release);
	}

	@Test
	void pollWhenRefusedShouldBeHandedOnInFull() {
		assertHandedOn(head(), last("registration="));
		assertHandedOn(head(), content("registration=1%0A2"), last("%0A3%0A4"));
		this.control.deactivate().block(PATIENCE);
		assertHandedOn(head(), content("registration=x"), LastHttpContent.EMPTY_LAST_CONTENT);
		this.control.activate().block(PATIENCE);
		assertThat(held()).isZero();
	}

	private void assertHandedOn(Object... request) {
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

	@Test
	void pollWhenItCannotBeReadForAnErrorShouldBeHandedOnAndTakeNoSlot() {
		HttpRequest head = head();
		head.headers().set("Content-Type", "broken/read");
		assertHandedOn(head, last("registration=a"));
		assertThat(held()).isZero();
	}

	@Test
	void pollWhenItCannotBeAnsweredForAnErrorShouldAnswer500AndTakeNoSlot() {
		HttpRequest head = head();
		head.headers().set("Content-Type", "broken/answer");
		read(head, last("registration=a"));
		assertThat(held()).isOne();
		publish("m");
		assertThat(answer()).isEqualTo("500 ");
		assertThat(held()).isZero();
	}

	@Test
	void pollBehindServersRequestShouldTakeTheDefaultPathUntilThatIsAnswered() {
		read(get(), LastHttpContent.EMPTY_LAST_CONTENT, head(), last("registration=x"));
		assertThat(this.connection.inboundMessages()).hasSize(4);
		respond();
		read(head(), last("registration=y"));
		assertThat(this.connection.inboundMessages()).hasSize(6);
		respond();
		respond();
		read(head(), last("registration=z"));
		assertThat(answer()).isEqualTo("200 z:ENDED_CHANNEL");
		assertThat(this.connection.inboundMessages()).hasSize(6);
	}

	@Test
	void interimAnswerShouldNotCountAsAnswer() {
		read(get(), LastHttpContent.EMPTY_LAST_CONTENT);
		respond(HttpResponseStatus.CONTINUE);
		read(head(), last("registration=x"));
		assertThat(this.connection.inboundMessages()).hasSize(4);
		assertNoAnswer();
	}

	@Test
	void handlerWhenProtocolIsSwitchedShouldBeRemoved() {
		read(get(), LastHttpContent.EMPTY_LAST_CONTENT);
		respond(HttpResponseStatus.SWITCHING_PROTOCOLS);
		assertThat(this.connection.pipeline().get(PlainPipeline.FAST_PATH)).isNull();
	}

	@Test
	void requestsWhilePollIsHeldShouldWait() {
		read(head(), last("registration=a"), head(), last("registration=x"), get(), LastHttpContent.EMPTY_LAST_CONTENT,
				head(), last("registration=y"));
		assertThat(held()).isEqualTo(1);
		assertNoAnswer();
		assertNothingHandedOn();
		publish("m");
		assertThat(answer()).isEqualTo("200 a:m");
		assertThat(answer()).isEqualTo("200 x:ENDED_CHANNEL");
		assertNoAnswer();
		// The poll behind the server's request is handed on, too.
		assertThat(this.connection.inboundMessages()).hasSize(4);
	}

	@Test
	void halfRequestWhilePollIsHeldShouldTakeTheDefaultPath() {
		read(head(), last("registration=a"), head(), content("registration"));
		publish("m");
		assertThat(answer()).isEqualTo("200 a:m");
		assertThat(this.connection.inboundMessages()).hasSize(2);
		read(last("=x"));
		assertThat(this.connection.inboundMessages()).hasSize(3);
		assertNoAnswer();
	}

	@Test
	void manyRequestsAtOnceShouldBeAnsweredInOrderAndNeedNoStack() {
		int count = 20_000;
		this.connection.writeOneInbound(head());
		this.connection.writeOneInbound(last("registration=a"));
		for (int i = 0; i < count; i++) {
			this.connection.writeOneInbound(head());
			this.connection.writeOneInbound(last("registration=x" + i));
		}
		this.connection.flushInbound();
		publish("m");
		assertThat(answer()).isEqualTo("200 a:m");
		for (int i = 0; i < count; i++) {
			assertThat(answer()).isEqualTo("200 x" + i + ":ENDED_CHANNEL");
		}
		assertNothingHandedOn();
	}

	@Test
	void connectionShouldBeReadWhilePollIsHeldAlsoIfRequestsWait() {
		int before = this.reads.count;
		read(head(), last("registration=a"));
		assertThat(this.reads.count).isGreaterThan(before);
		int held = this.reads.count;
		read(head(), last("registration=a"));
		assertThat(this.reads.count).isGreaterThan(held);
		held = this.reads.count;
		publish("m");
		assertThat(this.reads.count).isGreaterThan(held);
	}

	@Test
	void connectionWhenPollIsHandedOnShouldBeReadByOthers() {
		int before = this.reads.count;
		read(get(), LastHttpContent.EMPTY_LAST_CONTENT);
		read(head(), last("registration="));
		assertThat(this.reads.count).isEqualTo(before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "nothing", "head", "half", "held", "waiting", "half waiting", "answered", "server" })
	void handlerWhenRemovedShouldLeaveNothing(String state) {
		switch (state) {
			case "head" -> this.connection.writeOneInbound(head());
			case "half" -> {
				this.connection.writeOneInbound(head());
				this.connection.writeOneInbound(content("regis"));
			}
			case "held" -> read(head(), last("registration=a"));
			case "waiting" -> read(head(), last("registration=a"), head(), last("registration=a"));
			case "half waiting" -> read(head(), last("registration=a"), head(), content("registration=a"));
			case "answered" -> read(head(), last("registration=x"));
			case "server" -> read(get(), LastHttpContent.EMPTY_LAST_CONTENT);
			default -> assertNothingHandedOn();
		}
		this.connection.pipeline().remove(PlainPipeline.FAST_PATH);
		assertThat(held()).isZero();
		assertThat(this.buffers).allSatisfy((buffer) -> assertThat(buffer.refCnt()).isZero());
		publish("m");
		this.connection.runPendingTasks();
		if (!state.equals("answered")) {
			assertNoAnswer();
		}
	}

	@Test
	void pollWhenConnectionClosesShouldEnd() {
		read(head(), last("registration=a"), head(), last("registration=a"));
		this.connection.close();
		assertThat(held()).isZero();
	}

	@Test
	void pollWhenConnectionFailsShouldEnd() {
		read(head(), last("registration=a"));
		this.connection.pipeline().fireExceptionCaught(new IOException("reset"));
		this.connection.runPendingTasks();
		assertThat(this.connection.isOpen()).isFalse();
		assertThat(held()).isZero();
	}

	@Test
	void failureWhenNoPollIsHeldShouldBePassedOn() {
		IOException failure = new IOException("reset");
		this.connection.pipeline().fireExceptionCaught(failure);
		assertThatExceptionOfType(IOException.class).isThrownBy(this.connection::checkException).isSameAs(failure);
	}

	@Test
	void pollWhenKilledShouldAnswer503() {
		read(head(), last("registration=a"));
		this.control.deactivate().block(PATIENCE);
		this.connection.runPendingTasks();
		assertThat(answer()).isEqualTo("503 ");
	}

	@Test
	void pollsWhenAllSlotsAreTakenShouldBeHandedOn() {
		Flux.range(0, 5)
			.map((i) -> this.subscriptions.connect(new LegacyPollDialect().dialect(),
					new SchedulerClientSockets(this.time, 1, PATIENCE).of(null).loop()))
			.collectList()
			.doOnNext((taken) -> {
				read(head(), last("registration=x"));
				assertThat(this.connection.inboundMessages()).hasSize(2);
				taken.forEach((client) -> client.close());
			})
			.block(PATIENCE);
	}

	private void read(Object... messages) {
		for (Object message : messages) {
			this.connection.writeOneInbound(message);
		}
		this.connection.flushInbound();
	}

	private void publish(String data) {
		this.channels.find("a").flatMap((channel) -> channel.publish(data)).block(PATIENCE);
		this.connection.advanceTimeBy(1, TimeUnit.SECONDS);
		this.connection.runScheduledPendingTasks();
		this.connection.runPendingTasks();
	}

	private void respond() {
		respond(HttpResponseStatus.OK);
		this.connection.<FullHttpResponse>readOutbound().release();
	}

	private void respond(HttpResponseStatus status) {
		this.connection.writeOneOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status));
		this.connection.flushOutbound();
	}

	private String answer() {
		FullHttpResponse answer = this.connection.readOutbound();
		String text = answer.status().code() + " " + answer.content().toString(StandardCharsets.UTF_8);
		answer.release();
		return text;
	}

	private void assertNoAnswer() {
		assertThat(this.connection.outboundMessages())
			.noneMatch((message) -> message instanceof FullHttpResponse response && response.status().code() >= 200);
	}

	private void assertNothingHandedOn() {
		assertThat(this.connection.inboundMessages()).isEmpty();
	}

	private int held() {
		return this.subscriptions.connections(Transport.LEGACY);
	}

	private static HttpRequest head() {
		HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/comet");
		head.headers()
			.set("Host", "localhost")
			.set("Content-Type", "application/x-ocsigen-comet")
			.set("Content-Length", "14");
		return head;
	}

	private static HttpRequest get() {
		return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
	}

	private DefaultHttpContent content(String text) {
		return new DefaultHttpContent(buffer(text));
	}

	private LastHttpContent last(String text) {
		return new DefaultLastHttpContent(buffer(text));
	}

	private ByteBuf buffer(String text) {
		ByteBuf buffer = Unpooled.buffer().writeBytes(text.getBytes(StandardCharsets.UTF_8));
		this.buffers.add(buffer);
		return buffer;
	}

	/**
	 * A dialect with an error.
	 */
	private static final class BrokenPolls implements PollDialect {

		private final LegacyPollDialect legacy = new LegacyPollDialect();

		private boolean unreadable;

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
		public SubscriptionRequest read(Function<String, List<String>> headers, byte[] body,
				Mono<? extends Principal> principal) {
			if (this.unreadable) {
				throw new IllegalStateException("broken");
			}
			return this.legacy.read(headers, body, principal);
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
	 * Stands for the codec, and counts reads.
	 */
	private static final class Reads extends ChannelDuplexHandler {

		private int count;

		@Override
		public void read(ChannelHandlerContext context) {
			this.count++;
			context.read();
		}

	}

}
