package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.channel.RateLimitedLog;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.Subscriptions;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;
import reactor.util.Loggers;

import org.springframework.http.HttpStatus;

/**
 * The start of one event stream on the fast path: admits the client, reads the request,
 * and answers with the first batch, as {@link EventStreamHandler} does on the default
 * path. A {@link DirectEventStream} goes on from there. A client that is refused at once
 * is handed to the default path, which refuses it. Belongs to the event loop of the
 * client.
 *
 * @since 0.1.0
 */
public final class EventStreamStart {

	private static final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(EventStreamStart.class),
			System::nanoTime);

	private final EventStreamClient client;

	private final ClientSocket socket;

	private final EventStreamQuery query;

	private final BatchSource source;

	private final ConnectedClient connection;

	private @Nullable EventStreamEncoder encoder;

	private EventStreamStart(EventStreamClient client, ClientSocket socket, EventStreamQuery query,
			ConnectedClient connection) {
		this.client = client;
		this.socket = socket;
		this.query = query;
		this.connection = connection;
		this.source = new BatchSource(connection);
	}

	/**
	 * Starts a stream. Before this returns, the client may be answered or handed on.
	 * @param subscriptions opens subscriptions
	 * @param socket the socket of the client
	 * @param client writes the answer
	 * @param parameters the values in the query by their name, decoded
	 * @param resumed the values of the header {@code Last-Event-ID}
	 * @return ends the stream; to be run on the event loop when the connection has ended
	 */
	public static Runnable start(Subscriptions subscriptions, ClientSocket socket, EventStreamClient client,
			Map<String, List<String>> parameters, List<String> resumed) {
		ConnectedClient connection = subscriptions.tryConnect(EventStreamHandler.DIALECT, socket.loop(), client);
		if (connection == null) {
			client.handOn();
			return () -> {
			};
		}
		EventStreamStart start = new EventStreamStart(client, socket, new EventStreamQuery(parameters, resumed),
				connection);
		start.listen();
		// Only the source: a stream lasts long, and needs nothing else of this.
		return start.source::close;
	}

	/**
	 * The headers of an answer with events, in the order of the default path.
	 * @return the names and values in turns: a name, its value, the next name
	 */
	public static List<CharSequence> headers() {
		List<CharSequence> headers = new ArrayList<>(
				List.of(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED));
		headers.addAll(ResponseHeaders.ENCODED);
		StreamAnswer.HEADERS.forEach((header) -> {
			headers.add(new AsciiString(header.getKey()));
			headers.add(new AsciiString(header.getValue()));
		});
		return List.copyOf(headers);
	}

	private void listen() {
		try {
			this.encoder = this.query.encoder();
			this.source.feed(this::answer, this::refuse);
			this.source.begin(this.query.read(Caller.UNKNOWN), LateErrors.IGNORED);
			this.connection.confirm();
			this.source.request(1);
		}
		// Also errors: the client must not keep its slot, nor wait for ever.
		catch (Throwable ex) {
			refuse(ex);
		}
	}

	private void answer(Batch first) {
		StreamAnswer answer = StreamAnswer.to(first, this.query);
		EventStreamEncoder encoder = this.encoder;
		if (answer == StreamAnswer.EVENTS && encoder != null) {
			DirectEventStream stream = new DirectEventStream(encoder, this.source, this.socket);
			// Before the head is written: after it there is no other answer.
			byte[] opening = stream.encode(first);
			if (this.client.open()) {
				this.socket.streaming(this.connection.heartbeat());
				stream.open(opening);
			}
			else {
				this.source.close();
			}
		}
		else if (answer == StreamAnswer.NOTHING_LEFT) {
			this.source.written();
			this.source.close();
			this.client.answer(new PollAnswer(answer.status()));
		}
		else {
			this.source.close();
			this.client.answer(problem(answer.status(), answer.sentence(), first.cursor().token()));
		}
	}

	/**
	 * The stream has ended before its first batch.
	 */
	private void refuse() {
		Throwable error = this.source.error();
		refuse((error != null) ? error : new IllegalStateException("The stream has ended without a batch"));
	}

	private void refuse(Throwable error) {
		// Before it is handed on: the default path needs the slot.
		this.source.close();
		if (this.client.handOn()) {
			return;
		}
		if (error instanceof SubscriptionRejectedException rejected) {
			this.client.answer(JsonPollDialect.problem(HttpStatuses.of(rejected), CometHeaders.of(rejected),
					Problem.encode(rejected)));
		}
		else {
			log.error("An event stream could not be opened", error);
			this.client.answer(problem(HttpStatus.INTERNAL_SERVER_ERROR, null, null));
		}
	}

	private static PollAnswer problem(HttpStatus status, @Nullable String sentence, @Nullable String cursor) {
		return JsonPollDialect.problem(status, Map.of(), Problem.encode(status, sentence, cursor, Refusals.NONE, null));
	}

}
