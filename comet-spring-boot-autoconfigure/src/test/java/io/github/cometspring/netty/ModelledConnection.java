package io.github.cometspring.netty;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;

import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.LegacyPollDialect;
import io.github.cometspring.web.PollAnswer;
import io.github.cometspring.web.PollClient;
import io.github.cometspring.web.PollTerms;
import io.github.cometspring.web.SchedulerClientSockets;
import io.github.cometspring.web.WriteListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.HttpStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A connection on the fast path whose client, path and server do at random what they may
 * do, and a model of it: after each event the state, the answers and the reading of the
 * connection are compared with the model. Requests and answers are numbered. One class,
 * as each event touches the connection and the model at once.
 */
final class ModelledConnection {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final int EVENTS_A_REQUEST = 100;

	private static final String NUMBER = "X-Number";

	private static final LegacyPollDialect DIALECT = new LegacyPollDialect();

	private static final NettyClientSockets SOCKETS = new NettyClientSockets(
			new SchedulerClientSockets(VirtualTimeScheduler.create(), 1, TIMEOUT), true, TIMEOUT);

	private static final PollTerms TERMS = new PollTerms(
			new Subscriptions(new InMemoryChannelBroker(null, VirtualTimeScheduler.create()), new CometControl(TIMEOUT),
					null, new SubscriptionLimits(5, 3, 1000, TIMEOUT)),
			DIALECT, SOCKETS.writeDeadlines());

	private static final PlainRequests REQUESTS = new PlainRequests("/comet", List.of(TERMS), 1000, Set.of());

	private final Random random;

	private final Set<ConnectionState> seen;

	private final List<String> history = new ArrayList<>();

	private final List<ByteBuf> buffers = new ArrayList<>();

	private final EmbeddedChannel channel = new EmbeddedChannel(new LocalServerChannel(),
			DefaultChannelId.newInstance(), true, false);

	private final FastPathHandler handler = new FastPathHandler(REQUESTS, new Path(), SOCKETS);

	// The client

	private int requests;

	/** What is still to come of the last request. */
	private final Deque<HttpObject> rest = new ArrayDeque<>();

	/** Whether messages have been read since the last read was complete. */
	private boolean reading;

	/** Whether a read has been asked for since then. */
	private boolean readAsked;

	private int reads;

	private int answers;

	/** Whether the head of an answer has come without its end. */
	private boolean answering;

	// The fast path

	private @Nullable Poll poll;

	private @Nullable Stream stream;

	private @Nullable Detached detached;

	/** Whether the fast path has the last request. */
	private boolean ours;

	/** Whether the fast path alone has to ask for reads. */
	private boolean alone;

	// The server

	private final Deque<Exchange> exchanges = new ArrayDeque<>();

	/** Whether the last request has arrived to its end. */
	private boolean arrived;

	private boolean switched;

	/** The number of messages that the server has got. */
	private int served;

	ModelledConnection(Random random, Set<ConnectionState> seen) {
		this.random = random;
		this.seen = seen;
		this.channel.config().setAutoRead(false);
		this.channel.pipeline().addLast(NettyPipeline.HttpCodec, new Codec());
		this.channel.pipeline().addLast(PlainPipeline.FAST_PATH, this.handler);
		this.channel.pipeline().addLast(NettyPipeline.ReactiveBridge, new Server());
	}

	boolean isOpen() {
		return this.channel.isOpen() && !this.switched;
	}

	List<String> history() {
		return this.history;
	}

	private boolean chance(int percent) {
		return this.random.nextInt(100) < percent;
	}

	/**
	 * Lets one event happen.
	 */
	void next() {
		switch (this.random.nextInt(12)) {
			case 0, 1, 2, 3 -> readMessage();
			case 4, 5 -> completeRead();
			case 6, 7 -> servePoll();
			case 8, 9 -> serve();
			case 10 -> stream();
			default -> disturb();
		}
		check();
	}

	private void check() {
		takeAnswers();
		this.channel.checkException();
		ConnectionState state = this.handler.state();
		this.seen.add(state);
		assertThat(state).isEqualTo(expected(state));
		if (isOpen() && !this.reading && this.alone) {
			assertThat(this.readAsked).as("reading goes on").isTrue();
		}
	}

	private ConnectionState expected(ConnectionState state) {
		if (!isOpen()) {
			return ConnectionState.CLOSED;
		}
		if (this.poll != null) {
			return this.poll.opened ? ConnectionState.STREAMING : ConnectionState.HELD;
		}
		if (this.stream != null) {
			return this.stream.alone ? ConnectionState.STREAMING : ConnectionState.TAKEN_OVER;
		}
		if (this.detached != null) {
			return this.detached.done ? ConnectionState.STREAMING : ConnectionState.TAKEN_OVER;
		}
		if (state == ConnectionState.ARRIVING) {
			assertThat(this.reading).as("half a poll behind a complete read").isTrue();
			return state;
		}
		return this.ours ? ConnectionState.IDLE : ConnectionState.SERVER;
	}

	/**
	 * Completes all requests, or closes the connection in the midst of them.
	 */
	void finish() {
		boolean closing = !isOpen() || chance(30);
		for (int i = 0; !closing && (this.answers < this.requests || !this.rest.isEmpty()); i++) {
			assertThat(i).as("events until all is answered").isLessThan(EVENTS_A_REQUEST * (this.requests + 1));
			if (!this.rest.isEmpty()) {
				readMessage();
			}
			completeRead();
			servePoll();
			serve();
			if (chance(50)) {
				endStream();
			}
			check();
		}
		Poll poll = this.poll;
		Stream stream = this.stream;
		Detached detached = this.detached;
		this.channel.close();
		this.channel.runPendingTasks();
		takeAnswers();
		assertThat(this.poll).isNull();
		assertThat(this.stream).isNull();
		if (poll != null) {
			assertThat(this.handler.answer(poll, DIALECT.refuse(HttpStatus.OK, "late"))).isFalse();
			this.handler.answered(poll);
		}
		if (stream != null) {
			this.handler.complete(stream);
		}
		if (detached != null) {
			this.handler.giveBack(detached.poll);
			this.handler.answered(detached.poll);
			assertThat(this.handler.answer(detached.poll, DIALECT.refuse(HttpStatus.OK, "late"), null)).isFalse();
		}
		assertThat(this.handler.state()).isEqualTo(ConnectionState.CLOSED);
		assertThat(this.handler.takeover().takeOver(() -> {
		})).isFalse();
		assertThat(this.channel.outboundMessages()).isEmpty();
		this.rest.forEach(ReferenceCountUtil::release);
		assertThat(this.buffers).allSatisfy((buffer) -> assertThat(buffer.refCnt()).isZero());
	}

	// The client

	private void readMessage() {
		if (this.rest.isEmpty()) {
			request();
		}
		if (!this.reading) {
			this.reading = true;
			this.readAsked = false;
		}
		HttpObject message = this.rest.remove();
		this.history.add("read " + message.getClass().getSimpleName());
		boolean ofStream = this.stream != null && !(message instanceof HttpRequest)
				&& this.requests - 1 == this.answers;
		int before = this.served;
		this.channel.writeOneInbound(message);
		if (ofStream) {
			assertThat(this.served).as("rest of the request of a stream").isEqualTo(before + 1);
		}
	}

	private void request() {
		int kind = this.random.nextInt(4);
		HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, (kind == 0) ? HttpMethod.GET : HttpMethod.POST,
				(kind <= 1) ? "/" : "/comet");
		head.headers().set(NUMBER, this.requests).set("Host", "localhost");
		this.history.add("request " + this.requests + " " + head.method() + " " + head.uri());
		this.requests++;
		this.rest.add(head);
		if (kind == 0) {
			this.rest.add(LastHttpContent.EMPTY_LAST_CONTENT);
			return;
		}
		head.headers().set("Content-Type", "application/x-ocsigen-comet").set("Content-Length", "14");
		for (int i = this.random.nextInt(3); i > 0; i--) {
			this.rest.add(new DefaultHttpContent(buffer()));
		}
		this.rest.add(new DefaultLastHttpContent(buffer()));
	}

	private ByteBuf buffer() {
		ByteBuf buffer = Unpooled.buffer().writeInt(1);
		this.buffers.add(buffer);
		return buffer;
	}

	private void completeRead() {
		if (this.reading) {
			this.history.add("read complete");
			int before = this.reads;
			this.reading = false;
			this.channel.flushInbound();
			assertThat(this.reads > before).as("reads on").isEqualTo(this.ours && isOpen());
		}
	}

	/**
	 * Takes what has been written to the client, and looks whether it is the answers in
	 * the order of the requests.
	 */
	private void takeAnswers() {
		for (Object message = this.channel.readOutbound(); message != null; message = this.channel.readOutbound()) {
			if (message instanceof HttpResponse response && response.status().code() >= 200) {
				assertThat(this.answering).as("an answer within another").isFalse();
				assertThat(number(response)).as("number of the answer").isEqualTo(this.answers);
				this.answering = true;
			}
			if (message instanceof LastHttpContent
					&& !(message instanceof HttpResponse response && response.status().code() < 200)) {
				assertThat(this.answering).as("an end without an answer").isTrue();
				this.answering = false;
				this.answers++;
			}
			ReferenceCountUtil.release(message);
		}
	}

	private static int number(HttpResponse response) {
		String number = response.headers().get(NUMBER);
		return Integer.parseInt((number != null) ? number
				: ((FullHttpResponse) response).content().toString(StandardCharsets.UTF_8).trim());
	}

	// The fast path

	private void servePoll() {
		Poll poll = this.poll;
		Detached detached = this.detached;
		if (detached != null && !detached.answered) {
			this.history.add("detached poll answers");
			detached.answered = true;
			detached.poll.answer(DIALECT.refuse(HttpStatus.OK, null));
		}
		else if (detached != null && detached.done) {
			this.history.add("detached poll is taken");
			this.detached = null;
			this.handler.answered(detached.poll);
		}
		else if (poll != null && poll.opened) {
			poll.end("opened stream ends");
			this.handler.complete(poll);
		}
		else if (poll != null && !poll.written) {
			poll.writeOrOpen();
		}
		else if (poll != null) {
			poll.end("taken");
			this.handler.answered(poll);
		}
	}

	// The server

	private void serve() {
		Exchange exchange = this.exchanges.peek();
		if (exchange == null) {
			return;
		}
		if (this.detached != null) {
			serveDetached(this.detached, exchange);
		}
		else if (!exchange.begun && chance(30)) {
			detach();
		}
		else if (!exchange.begun && chance(10)) {
			write(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
		}
		else if (exchange.begun) {
			end(exchange, LastHttpContent.EMPTY_LAST_CONTENT);
		}
		else if (chance(60)) {
			exchange.begun = true;
			DefaultHttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
			head.headers().set(NUMBER, exchange.number).set("Transfer-Encoding", "chunked");
			write(head);
		}
		else {
			FullHttpResponse full = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, buffer());
			full.headers().set(NUMBER, exchange.number).set("Content-Length", "4");
			end(exchange, full);
		}
	}

	private void detach() {
		boolean detachable = this.exchanges.size() == 1 && this.arrived && this.stream == null;
		this.history.add("detach " + detachable);
		Detached detached = new Detached();
		assertThat(this.handler.takeover().detach(detached.poll)).isEqualTo(detachable);
		if (detachable) {
			this.detached = detached;
			this.ours = true;
			this.alone = false;
		}
	}

	private void serveDetached(Detached detached, Exchange exchange) {
		if (chance(20)) {
			this.history.add("give back");
			this.detached = null;
			this.ours = false;
			this.handler.giveBack(detached.poll);
			return;
		}
		boolean completes = chance(75);
		FullHttpResponse full = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1,
				completes ? HttpResponseStatus.OK : HttpResponseStatus.NOT_FOUND);
		full.headers().set(NUMBER, exchange.number).set("Content-Length", "0");
		this.exchanges.remove(exchange);
		if (completes) {
			detached.done = true;
			this.alone = true;
		}
		else {
			this.detached = null;
			this.ours = false;
		}
		write(full);
	}

	private void end(Exchange exchange, LastHttpContent last) {
		this.exchanges.remove(exchange);
		if (this.stream != null) {
			this.stream.alone = true;
			this.alone = true;
		}
		write(last);
	}

	private void write(HttpObject message) {
		this.history.add("server writes " + message.getClass().getSimpleName());
		this.channel.pipeline().lastContext().writeAndFlush(message);
	}

	private void stream() {
		Exchange exchange = this.exchanges.peek();
		if (this.stream != null) {
			endStream();
		}
		else if (exchange != null && exchange.begun) {
			boolean takeable = this.exchanges.size() == 1 && exchange.plain;
			this.history.add("take over " + takeable);
			Stream stream = new Stream();
			assertThat(this.handler.takeover().takeOver(stream)).isEqualTo(takeable);
			if (takeable) {
				this.stream = stream;
				this.ours = true;
				this.alone = false;
			}
		}
	}

	private void endStream() {
		Stream stream = this.stream;
		if (stream != null) {
			this.history.add("stream ends");
			this.stream = null;
			this.handler.complete(stream);
		}
	}

	// Failures

	private void disturb() {
		Exchange exchange = this.exchanges.peek();
		if (chance(10)) {
			this.history.add("close");
			this.channel.close();
		}
		else if (chance(20)) {
			this.history.add("I/O error");
			boolean holding = this.poll != null || this.stream != null || this.detached != null;
			IOException failure = new IOException("reset");
			this.channel.pipeline().fireExceptionCaught(failure);
			this.channel.runPendingTasks();
			assertThat(this.channel.isOpen()).isEqualTo(!holding);
		}
		else if (chance(10) && exchange != null && !exchange.begun && this.detached == null) {
			this.switched = true;
			write(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS));
		}
	}

	/**
	 * A request that the server has not answered.
	 */
	private static final class Exchange {

		private final int number;

		private final boolean plain;

		private boolean begun;

		private Exchange(int number, boolean plain) {
			this.number = number;
			this.plain = plain;
		}

	}

	/**
	 * Stands for the codec: counts reads.
	 */
	private final class Codec extends ChannelDuplexHandler {

		@Override
		public void read(ChannelHandlerContext context) {
			ModelledConnection.this.reads++;
			ModelledConnection.this.readAsked = true;
			context.read();
		}

	}

	/**
	 * Answers later, or as soon as it has the head of a request.
	 */
	private final class Server extends ChannelInboundHandlerAdapter {

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			ModelledConnection.this.served++;
			if (message instanceof HttpRequest head) {
				ModelledConnection.this.ours = false;
				ModelledConnection.this.alone = false;
				ModelledConnection.this.arrived = false;
				ModelledConnection.this.exchanges
					.add(new Exchange(head.headers().getInt(NUMBER), !head.headers().contains("Content-Length")));
				for (int i = ModelledConnection.this.random.nextInt(3); i > 0; i--) {
					serve();
				}
				if (chance(30)) {
					stream();
				}
			}
			if (message instanceof LastHttpContent) {
				ModelledConnection.this.arrived = true;
			}
			if (message instanceof HttpContent) {
				ReferenceCountUtil.release(message);
			}
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			if (!(cause instanceof IOException)) {
				context.fireExceptionCaught(cause);
			}
		}

	}

	/**
	 * Makes polls of the model.
	 */
	private final class Path implements PollPath {

		@Override
		public HeldRequest newPoll(ArrivingRequest arriving, FastPathHandler handler, ChannelHandlerContext context) {
			assertThat(ModelledConnection.this.poll).isNull();
			assertThat(ModelledConnection.this.stream).isNull();
			assertThat(ModelledConnection.this.detached).isNull();
			return new Poll(arriving.head().headers().getInt(NUMBER), context);
		}

	}

	private final class Poll implements HeldRequest {

		private final int number;

		private final ChannelHandlerContext context;

		private boolean written;

		/** Whether it has become a stream. */
		private boolean opened;

		private Poll(int number, ChannelHandlerContext context) {
			this.number = number;
			this.context = context;
		}

		@Override
		public void start(ArrivingRequest arriving) {
			ModelledConnection connection = ModelledConnection.this;
			connection.seen.add(connection.handler.state());
			assertThat(connection.handler.state()).isEqualTo(ConnectionState.STARTING);
			if (chance(20)) {
				connection.history.add("poll handed on");
				assertThat(connection.handler.handOn(this)).isTrue();
				return;
			}
			connection.poll = this;
			connection.ours = true;
			connection.alone = true;
			if (chance(50)) {
				writeOrOpen();
			}
			if (chance(50) && this.written) {
				end("taken at once");
				connection.handler.answered(this);
			}
		}

		private void writeOrOpen() {
			if (chance(70)) {
				write();
				return;
			}
			this.opened = true;
			ModelledConnection.this.history.add("opens a stream");
			DefaultHttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
			head.headers().set(NUMBER, this.number).set("Transfer-Encoding", "chunked");
			assertThat(ModelledConnection.this.handler.open(this, head)).isTrue();
			assertThat(ModelledConnection.this.handler.handOn(this)).as("handed on when opened").isFalse();
			this.context.flush();
		}

		/**
		 * Writes the answer, or completes the poll without one.
		 */
		private void write() {
			this.written = true;
			ModelledConnection.this.history.add("poll answers");
			if (chance(50)) {
				assertThat(ModelledConnection.this.handler.answer(this,
						DIALECT.refuse(HttpStatus.OK, String.valueOf(this.number))))
					.isTrue();
				assertThat(ModelledConnection.this.handler.handOn(this)).as("handed on when answered").isFalse();
			}
			else {
				FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK,
						buffer());
				answer.headers().set(NUMBER, this.number);
				this.context.writeAndFlush(answer);
			}
		}

		private void end(String how) {
			ModelledConnection.this.history.add(how);
			assertThat(ModelledConnection.this.poll).isSameAs(this);
			ModelledConnection.this.poll = null;
		}

		@Override
		public void end() {
			end("poll ended");
		}

	}

	/**
	 * A poll whose exchange the server completes with an empty answer.
	 */
	private final class Detached {

		private final DetachedPoll poll = new DetachedPoll(new io.github.cometspring.web.Poll(TERMS,
				SOCKETS.loop(ModelledConnection.this.channel), new NoClient()), DIALECT,
				ModelledConnection.this.handler, SOCKETS);

		/** Whether the server has completed the exchange. */
		private boolean done;

		private boolean answered;

	}

	/**
	 * Looks at no answer, as the model does so itself.
	 */
	private static final class NoClient implements PollClient {

		@Override
		public void answer(PollAnswer answer) {
			throw new AssertionError("The poll is detached");
		}

		@Override
		public void fail(Throwable error) {
			throw new AssertionError(error);
		}

		@Override
		public void watch(WriteListener listener) {
			// The model decides when the client has taken the answer.
		}

	}

	private final class Stream implements HeldAnswer {

		/** Whether the server regards the answer as complete. */
		private boolean alone;

		@Override
		public void end() {
			assertThat(ModelledConnection.this.stream).isSameAs(this);
			ModelledConnection.this.stream = null;
		}

	}

}
