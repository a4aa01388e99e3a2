package io.github.cometspring.netty;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.web.SchedulerClientSockets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;
import reactor.netty.NettyPipeline;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GuardHandler}, behind a codec, in the time of an embedded channel.
 */
class GuardHandlerTests {

	private static final int PATIENCE = 30;

	private static final int IDLE = 3 * PATIENCE;

	private static final String GET = "GET /%d HTTP/1.1\r\nHost: h\r\n\r\n";

	private static final String POST = "POST /%d HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n";

	private Application application;

	private EmbeddedChannel connection;

	@BeforeEach
	void connect() {
		Duration timeout = Duration.ofSeconds(PATIENCE);
		NettyClientSockets sockets = new NettyClientSockets(
				new SchedulerClientSockets(Schedulers.immediate(), 1, timeout), true, timeout);
		Deadlines deadlines = new Deadlines(timeout);
		this.connection = new EmbeddedChannel(new LocalServerChannel(), DefaultChannelId.newInstance(), true, false);
		this.connection.freezeTime();
		this.application = new Application();
		UnreadBytes unread = new UnreadBytes();
		this.connection.pipeline().addLast(PlainPipeline.UNREAD, unread);
		this.connection.pipeline().addLast(NettyPipeline.HttpCodec, new HttpServerCodec());
		this.connection.pipeline().addLast(PlainPipeline.GUARD, new GuardHandler(deadlines, sockets, unread, true));
		this.connection.pipeline().addLast(NettyPipeline.ReactiveBridge, this.application);
	}

	@AfterEach
	void nothingShouldBeLeft() {
		this.connection.finishAndReleaseAll();
	}

	// Requests that wait

	@Test
	void requestsShouldBeHandedOnOneAtATimeInOrder() {
		send(get(0) + get(1) + get(2) + get(3).substring(0, 9));
		assertThat(this.application.seen).containsExactly("/0");
		respond();
		assertThat(this.application.seen).containsExactly("/0", "/1");
		send(get(3).substring(9) + get(4));
		for (int i = 0; i < 4; i++) {
			respond();
		}
		assertThat(this.application.seen).containsExactly("/0", "/1", "/2", "/3", "/4");
		assertOpen();
	}

	@Test
	void sixteenRequestsMayWait() {
		StringBuilder all = new StringBuilder();
		for (int i = 0; i <= WaitingRequests.MOST; i++) {
			all.append(get(i));
		}
		send(all.toString());
		assertOpen();
		for (int i = 0; i <= WaitingRequests.MOST; i++) {
			assertThat(this.application.seen).hasSize(i + 1);
			respond();
			// And another request
			send(get(100 + i));
		}
		assertOpen();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void oneMoreShouldCutTheConnection(boolean inOnePiece) {
		StringBuilder all = new StringBuilder();
		for (int i = 0; i < 3_400; i++) {
			all.append(get(i));
			if (!inOnePiece && i < 100) {
				send(get(i));
			}
		}
		send(all.toString());
		assertThat(this.connection.isOpen()).isFalse();
		assertThat(this.application.seen).containsExactly("/0");
	}

	@Test
	void requestsThatAreAnsweredAtOnceShouldNotCount() {
		this.application.prompt = true;
		StringBuilder all = new StringBuilder();
		for (int i = 0; i < 1_000; i++) {
			all.append(get(i));
		}
		send(all.toString());
		assertThat(this.application.seen).hasSize(1_000);
		assertOpen();
	}

	@Test
	void bodyThatWaitsShouldBeBounded() {
		send(get(0) + "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n");
		String kilobyte = "x".repeat(1024);
		int sent = 0;
		while (this.connection.isOpen() && sent < 1_000) {
			send(kilobyte);
			sent++;
		}
		assertThat(sent).isBetween(64, 128);
	}

	@Test
	void bodyInTinyChunksThatWaitsShouldBeBounded() {
		send(get(0) + "POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + "1\r\nx\r\n".repeat(2_000));
		assertThat(this.connection.isOpen()).isFalse();
	}

	@Test
	void headersThatWaitShouldBeBounded() {
		StringBuilder all = new StringBuilder(get(0));
		for (int i = 0; i < 3; i++) {
			all.append("GET / HTTP/1.1\r\nHost: h\r\n" + "a:b\r\n".repeat(1_000) + "\r\n");
		}
		send(all.toString());
		assertThat(this.connection.isOpen()).isFalse();
	}

	@Test
	void bodyOfTheRequestThatIsAnsweredShouldBeHandedOn() {
		send("POST /0 HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
		for (int i = 0; i < 1_000; i++) {
			send("x".repeat(1_000));
		}
		assertOpen();
		assertThat(this.application.bytes).isEqualTo(1_000_000);
	}

	@Test
	void waitingRequestsShouldBeReleasedWithTheConnection() {
		send(get(0) + POST.formatted(1) + "body");
		this.connection.close();
		assertThat(this.application.seen).containsExactly("/0");
	}

	// Data that is not HTTP

	@Test
	void malformedRequestShouldBeRefusedInItsTurn() {
		send(get(0) + get(1) + "NONSENSE\r\n\r\n" + get(2));
		assertThat(output()).isEmpty();
		respond();
		assertThat(output()).startsWith("HTTP/1.1 200");
		respond();
		assertThat(output()).startsWith("HTTP/1.1 200")
			.contains("HTTP/1.1 400", "connection: close")
			.endsWith("\r\n\r\n");
		assertThat(this.application.seen).containsExactly("/0", "/1");
		assertThat(this.connection.isOpen()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: h:x\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: [::1]:\r\n\r\n", "GET / HTTP/1.1\r\nX\u0000: y\r\n\r\n",
			"\u0016\u0003\u0001\r\n\r\n" })
	void requestThatTheServerWouldRefuseShouldBeRefusedAtOnce(String request) {
		send(request);
		assertThat(output()).startsWith("HTTP/1.1 400");
		assertThat(this.connection.isOpen()).isFalse();
		assertThat(this.application.seen).isEmpty();
	}

	@Test
	void tooMuchHeadShouldBeRefused() {
		send("GET /" + "x".repeat(5_000) + " HTTP/1.1\r\n\r\n");
		assertThat(output()).startsWith("HTTP/1.1 414");
		connect();
		send("GET / HTTP/1.1\r\nX: " + "x".repeat(9_000) + "\r\n\r\n");
		assertThat(output()).startsWith("HTTP/1.1 431");
	}

	@Test
	void malformedBodyShouldBeRefusedUnlessItsAnswerHasBegun() {
		String chunked = "POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
		send(chunked + "zz\r\n");
		assertThat(output()).startsWith("HTTP/1.1 400");
		connect();
		send(chunked);
		this.connection.pipeline().fireUserEventTriggered("begin");
		output();
		send("zz\r\n");
		assertThat(output()).isEmpty();
		assertThat(this.connection.isOpen()).isFalse();
	}

	@Test
	void malformedBodyThatWaitsShouldBeRefusedInPlaceOfItsRequest() {
		send(get(0) + "POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
		assertThat(output()).isEmpty();
		respond();
		assertThat(output()).startsWith("HTTP/1.1 200").contains("HTTP/1.1 400");
		assertThat(this.application.seen).containsExactly("/0");
	}

	@Test
	void malformedRequestWhenApplicationHasHandlerShouldBePassedOn() {
		this.connection.pipeline().addLast("accessLog", new ChannelInboundHandlerAdapter());
		send("NONSENSE\r\n\r\n");
		assertThat(this.application.seen).hasSize(1);
		assertThat(output()).isEmpty();
	}

	// Time

	@Test
	void connectionThatSendsNothingShouldBeCut() {
		assertCutAfter(PATIENCE);
	}

	@Test
	void headThatComesByteByByteShouldBeCutAfterItsTime() {
		assertSlowHeadIsCut();
	}

	@Test
	void laterHeadThatComesByteByByteShouldBeCutAfterItsTime() {
		this.application.prompt = true;
		send(get(0));
		pass(IDLE - 1);
		assertSlowHeadIsCut();
	}

	private void assertSlowHeadIsCut() {
		String head = "GET /a/rather/long/path/of/nothing HTTP/1.1";
		for (int i = 0; i < PATIENCE; i++) {
			assertOpen();
			send(head.substring(i, i + 1));
			pass(1);
		}
		assertThat(this.connection.isOpen()).isFalse();
	}

	@Test
	void restOfBodyAfterItsAnswerShouldComeInTime() {
		this.application.prompt = true;
		send("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
		for (int i = 0; i < PATIENCE; i++) {
			assertOpen();
			send("x");
			pass(1);
		}
		assertThat(this.connection.isOpen()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void headThatBeginsInThePieceOfAnotherRequestShouldComeInTime(boolean prompt) {
		this.application.prompt = prompt;
		send(POST.formatted(0) + "body" + get(1) + POST.formatted(2) + "body" + get(3).substring(0, 9));
		for (int i = 0; !prompt && i < 3; i++) {
			pass(IDLE);
			respond();
		}
		assertThat(this.application.seen).containsExactly("/0", "/1", "/2");
		assertCutAfter(PATIENCE);
	}

	@Test
	void headThatBeginsWhileAnotherRequestIsAnsweredShouldComeInTime() {
		send(get(0));
		send(get(1).substring(0, 9));
		pass(IDLE);
		respond();
		pass(PATIENCE - 1);
		assertOpen();
		send(get(1).substring(9) + get(2).substring(0, 9));
		assertThat(this.application.seen).containsExactly("/0", "/1");
		respond();
		assertCutAfter(PATIENCE);
	}

	@Test
	void idleConnectionShouldBeCutLater() {
		this.application.prompt = true;
		for (int i = 0; i < 3; i++) {
			send(POST.formatted(i) + "body");
			pass(IDLE - 1);
			assertOpen();
		}
		assertCutAfter(1);
	}

	@Test
	void requestThatIsBeingAnsweredShouldHaveAllTime() {
		send(get(0) + get(1).substring(0, 5));
		pass(100 * IDLE);
		assertOpen();
		this.connection.pipeline().fireUserEventTriggered("begin");
		pass(100 * IDLE);
		assertOpen();
	}

	@Test
	void bodyThatTheApplicationWaitsForShouldHaveAllTime() {
		send(POST.formatted(0) + "bo");
		pass(100 * IDLE);
		assertOpen();
	}

	@Test
	void answerThatIsStillBeingTakenShouldHaveAllTime() {
		Brake brake = new Brake();
		this.connection.pipeline().addFirst(brake);
		brake.on = true;
		this.application.prompt = true;
		send(get(0));
		pass(10 * IDLE);
		assertOpen();
		brake.on = false;
		this.connection.flush();
		assertCutAfter(IDLE);
	}

	@Test
	void otherProtocolShouldHaveAllTime() {
		send(get(0));
		this.connection
			.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS));
		assertThat(this.connection.pipeline().get(PlainPipeline.GUARD)).isNull();
		pass(100 * IDLE);
		assertOpen();
	}

	// The end

	@Test
	void failureOfTheClientShouldCloseTheConnectionAndNotBeLogged() {
		for (Throwable failure : List.of(new IOException("reset"), new DecoderException("not TLS"))) {
			connect();
			send(get(0));
			this.connection.pipeline().fireExceptionCaught(failure);
			assertThat(this.connection.isOpen()).isFalse();
			this.connection.checkException();
		}
	}

	private void assertCutAfter(int seconds) {
		pass(seconds - 1);
		assertOpen();
		pass(1);
		assertThat(this.connection.isOpen()).isFalse();
	}

	private void pass(int seconds) {
		// Long deadlines are made of short ones, which expire one after the other.
		for (int i = 0; i < seconds; i++) {
			this.connection.advanceTimeBy(1, TimeUnit.SECONDS);
			this.connection.runScheduledPendingTasks();
		}
	}

	private void assertOpen() {
		assertThat(this.connection.isOpen()).isTrue();
	}

	private static String get(int number) {
		return GET.formatted(number);
	}

	private void send(String text) {
		this.connection.pipeline().fireChannelRead(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
		this.connection.pipeline().fireChannelReadComplete();
		this.connection.runPendingTasks();
	}

	private void respond() {
		this.connection.pipeline().fireUserEventTriggered("respond");
		this.connection.runPendingTasks();
	}

	private String output() {
		StringBuilder text = new StringBuilder();
		for (ByteBuf next = this.connection.readOutbound(); next != null; next = this.connection.readOutbound()) {
			text.append(next.toString(StandardCharsets.ISO_8859_1));
			next.release();
		}
		return text.toString();
	}

	/**
	 * Answers at once, or on an event.
	 */
	private static final class Application extends ChannelDuplexHandler {

		private final List<String> seen = new ArrayList<>();

		private int bytes;

		private boolean prompt;

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			if (message instanceof HttpRequest request) {
				this.seen.add(request.uri());
				if (this.prompt) {
					answer(context);
				}
			}
			if (message instanceof HttpContent content) {
				this.bytes += content.content().readableBytes();
			}
			ReferenceCountUtil.release(message);
		}

		@Override
		public void userEventTriggered(ChannelHandlerContext context, Object event) {
			if (event.equals("begin")) {
				DefaultHttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
				head.headers().set("Transfer-Encoding", "chunked");
				context.writeAndFlush(head);
			}
			else if (event.equals("respond")) {
				answer(context);
			}
		}

		private static void answer(ChannelHandlerContext context) {
			DefaultHttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
			head.headers().set("Content-Length", 0);
			context.write(head);
			context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
		}

	}

	/**
	 * Stands for a client that does not read.
	 */
	private static final class Brake extends ChannelOutboundHandlerAdapter {

		private boolean on;

		@Override
		public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
			context.write(message, promise);
		}

		@Override
		public void flush(ChannelHandlerContext context) {
			if (!this.on) {
				context.flush();
			}
		}

	}

}
