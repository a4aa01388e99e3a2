package io.github.cometspring.netty;

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
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
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
import reactor.core.scheduler.Schedulers;
import reactor.netty.NettyPipeline;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A connection behind a {@link GuardHandler} and a codec, in the time of an embedded
 * channel.
 */
abstract class GuardedConnection {

	static final int PATIENCE = 30;

	static final int IDLE = 3 * PATIENCE;

	static final String GET = "GET /%d HTTP/1.1\r\nHost: h\r\n\r\n";

	static final String POST = "POST /%d HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n";

	Application application;

	EmbeddedChannel connection;

	@BeforeEach
	void connect() {
		Duration patience = Duration.ofSeconds(PATIENCE);
		NettyClientSockets sockets = new NettyClientSockets(
				new SchedulerClientSockets(Schedulers.immediate(), 1, patience), true, patience);
		Deadlines deadlines = new Deadlines(patience);
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

	void assertSlowHeadIsCut() {
		String head = "GET /a/rather/long/path/of/nothing HTTP/1.1";
		for (int i = 0; i < PATIENCE; i++) {
			assertOpen();
			send(head.substring(i, i + 1));
			pass(1);
		}
		assertThat(this.connection.isOpen()).isFalse();
	}

	void assertCutAfter(int seconds) {
		pass(seconds - 1);
		assertOpen();
		pass(1);
		assertThat(this.connection.isOpen()).isFalse();
	}

	void pass(int seconds) {
		// The deadlines of a long time fall due one after the other.
		for (int i = 0; i < seconds; i++) {
			this.connection.advanceTimeBy(1, TimeUnit.SECONDS);
			this.connection.runScheduledPendingTasks();
		}
	}

	void assertOpen() {
		assertThat(this.connection.isOpen()).isTrue();
	}

	static String get(int number) {
		return GET.formatted(number);
	}

	void send(String text) {
		this.connection.pipeline().fireChannelRead(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
		this.connection.pipeline().fireChannelReadComplete();
		this.connection.runPendingTasks();
	}

	void respond() {
		this.connection.pipeline().fireUserEventTriggered("respond");
		this.connection.runPendingTasks();
	}

	String output() {
		StringBuilder text = new StringBuilder();
		for (ByteBuf next = this.connection.readOutbound(); next != null; next = this.connection.readOutbound()) {
			text.append(next.toString(StandardCharsets.ISO_8859_1));
			next.release();
		}
		return text.toString();
	}

	/**
	 * Answers when it is told to, or at once.
	 */
	static final class Application extends ChannelDuplexHandler {

		final List<String> seen = new ArrayList<>();

		int bytes;

		boolean prompt;

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

		static void answer(ChannelHandlerContext context) {
			DefaultHttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
			head.headers().set("Content-Length", 0);
			context.write(head);
			context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
		}

	}

	/**
	 * Stands for a client that does not read.
	 */
	static final class Brake extends ChannelOutboundHandlerAdapter {

		boolean on;

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
