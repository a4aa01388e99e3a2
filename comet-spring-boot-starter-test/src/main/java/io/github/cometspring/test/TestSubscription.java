package io.github.cometspring.test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.client.ReceivedMessage;
import io.github.cometspring.subscription.Transport;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * One client of a test, and what it receives. Each expectation takes the next event and
 * waits for it; so nothing is passed over: a gap, an end or a lost connection where a
 * message is expected is a failure. A failure tells everything that was received until
 * then.
 * <p>
 * Unlike the clients of an application it does not reconnect by itself.
 * <p>
 * For one thread, that of the test. The class is long because it has all expectations, of
 * a few lines each, and their comments.
 *
 * @since 0.1.0
 */
public final class TestSubscription implements AutoCloseable {

	private final ServerUnderTest server;

	private final TesterSettings settings;

	private final Reception reception;

	private final ClientConnection connection;

	private final String title;

	TestSubscription(ServerUnderTest server, TesterSettings settings, Cursor from, List<String> channels) {
		this.server = server;
		this.settings = settings;
		this.reception = new Reception(channels, from);
		this.connection = new ClientConnection(this.reception, server.network(settings));
		this.title = "%s over %s".formatted(String.join(", ", channels), settings.transport().id());
		server.opened(this);
	}

	/**
	 * Connects and waits until the server serves the client.
	 */
	TestSubscription connect() {
		@Nullable CometRefusal refusal = tryConnect();
		if (refusal != null) {
			throw failure("Expected to be served, but was refused: " + refusal);
		}
		return this;
	}

	/**
	 * Connects and expects that the server refuses the client.
	 */
	CometRefusal expectRefusedConnection(CometRefusal.Reason reason) {
		@Nullable CometRefusal refusal = tryConnect();
		if (refusal == null) {
			throw failure("Expected to be refused (%s), but was served".formatted(reason));
		}
		if (refusal.reason() != reason) {
			throw failure("Expected to be refused (%s), but was refused: %s".formatted(reason, refusal));
		}
		return refusal;
	}

	private @Nullable CometRefusal tryConnect() {
		try {
			return this.connection.open(this.settings.timeout());
		}
		catch (TimeoutException ex) {
			throw failure("Expected an answer within %s, but there was none".formatted(this.settings.timeout()));
		}
		catch (ExecutionException ex) {
			AssertionError failure = failure("Expected an answer, but the request failed: " + ex.getCause());
			failure.initCause(ex.getCause());
			throw failure;
		}
	}

	/**
	 * Takes the next message.
	 * @return the message
	 * @throws AssertionError if none comes in time, or something else comes
	 */
	public ReceivedMessage nextMessage() {
		return next(CometEvent.Message.class, "a message").message();
	}

	/**
	 * Takes the next message, and reads its value as the application's clients do.
	 * @param <T> the type of the value
	 * @param type the type of the value
	 * @return the value
	 * @throws AssertionError if none comes in time, or something else comes
	 */
	public <T> T nextValue(Class<T> type) {
		return read(nextMessage(), type);
	}

	private <T> T read(ReceivedMessage message, Class<T> type) {
		// Legacy polls have texts only.
		boolean text = this.settings.transport() == Transport.LEGACY;
		if (text && type == String.class) {
			return type.cast(message.text());
		}
		return this.server.jsonMapper().readValue(text ? message.text() : message.json(), type);
	}

	/**
	 * Expects messages of text, in this order.
	 * @param texts the texts
	 * @return this
	 */
	public TestSubscription expectMessage(String... texts) {
		for (String text : texts) {
			String actual = next(CometEvent.Message.class, "the message '" + text + "'").message().text();
			Assertions.assertThat(actual).as(this::received).isEqualTo(text);
		}
		return this;
	}

	/**
	 * Expects values, in this order. They are read as what they are.
	 * @param values the values
	 * @return this
	 */
	public TestSubscription expectValue(Object... values) {
		for (Object value : values) {
			ReceivedMessage message = next(CometEvent.Message.class, "the value '" + value + "'").message();
			Object actual = read(message, value.getClass());
			Assertions.assertThat(actual).as(this::received).isEqualTo(value);
		}
		return this;
	}

	/**
	 * Expects a message, about which further assertions are made.
	 * @param assertions the assertions
	 * @return this
	 */
	public TestSubscription assertNext(Consumer<ReceivedMessage> assertions) {
		ReceivedMessage message = nextMessage();
		Assertions.assertThat(message).as(this::received).satisfies(assertions);
		return this;
	}

	/**
	 * Expects a value, about which further assertions are made.
	 * @param <T> the type of the value
	 * @param type the type of the value
	 * @param assertions the assertions
	 * @return this
	 */
	public <T> TestSubscription assertNext(Class<T> type, Consumer<T> assertions) {
		T value = nextValue(type);
		Assertions.assertThatObject(value).as(this::received).satisfies(assertions);
		return this;
	}

	/**
	 * Expects that nothing is received for a time. The test waits as long, so it is
	 * better to publish another message, and to expect that one.
	 * @param time how long
	 * @return this
	 */
	public TestSubscription expectNothing(Duration time) {
		@Nullable CometEvent event = this.reception.inbox().take(time);
		if (event != null) {
			throw failure("Expected nothing within %s, but got: %s".formatted(time, event));
		}
		return this;
	}

	/**
	 * Expects to be told of a gap: messages are lost.
	 * @param channel the id of the channel
	 * @return this
	 */
	public TestSubscription expectGap(String channel) {
		return expect(new CometEvent.Gap(channel));
	}

	/**
	 * Expects to be told that a channel has ended, or is not known.
	 * @param channel the id of the channel
	 * @return this
	 */
	public TestSubscription expectEnded(String channel) {
		return expect(new CometEvent.Ended(channel));
	}

	/**
	 * Expects that one channel is refused while the others go on.
	 * @param channel the id of the channel
	 * @return this
	 */
	public TestSubscription expectRefused(String channel) {
		return expect(new CometEvent.Refused(channel));
	}

	/**
	 * Expects that the server ends the connection. Polls and WebSockets learn why; of
	 * event streams, those whose log-in has run out.
	 * @return what the server has said
	 */
	public CometEvent.Disconnected expectDisconnected() {
		return next(CometEvent.Disconnected.class, "the end of the connection");
	}

	/**
	 * Expects that the server ends the connection, as the client has to log in again.
	 * @return this
	 */
	public TestSubscription expectExpired() {
		CometEvent.Disconnected end = expectDisconnected();
		if (end.reason() != CometRefusal.Reason.LOGIN) {
			throw failure("Expected to be told to log in again, but got: " + end);
		}
		return this;
	}

	private TestSubscription expect(CometEvent expected) {
		CometEvent event = next(CometEvent.class, expected.toString());
		if (!event.equals(expected)) {
			throw failure("Expected %s, but got: %s".formatted(expected, event));
		}
		return this;
	}

	private <E extends CometEvent> E next(Class<E> type, String expected) {
		@Nullable CometEvent event = this.reception.inbox().take(this.settings.timeout());
		if (event == null) {
			throw failure(this.reception.inbox().isExhausted()
					? "Expected %s, but the subscription is over".formatted(expected)
					: "Expected %s within %s, but nothing came".formatted(expected, this.settings.timeout()));
		}
		if (!type.isInstance(event)) {
			throw failure("Expected %s, but got: %s".formatted(expected, event));
		}
		return type.cast(event);
	}

	/**
	 * The events that no expectation has taken yet, and those to come, for a
	 * {@code StepVerifier}. Completes when all channels have ended, the server has ended
	 * the connection, or the subscription is closed. One subscriber at a time; what it
	 * does not request stays for later expectations.
	 * @return the events
	 */
	public Flux<CometEvent> events() {
		return EventPump.of(this.reception.inbox());
	}

	/**
	 * The messages of {@link #events()}. After a gap, a message says so.
	 * @return the messages
	 */
	public Flux<ReceivedMessage> messages() {
		return events().ofType(CometEvent.Message.class).map(CometEvent.Message::message);
	}

	/**
	 * The values of {@link #messages()}.
	 * @param <T> the type of the values
	 * @param type the type of the values
	 * @return the values
	 */
	public <T> Flux<T> values(Class<T> type) {
		return messages().map((message) -> read(message, type));
	}

	/**
	 * The cursor at which {@link #resume()} goes on, also if expectations lag behind.
	 * @return the cursor
	 */
	public Cursor cursor() {
		return this.reception.cursor();
	}

	/**
	 * Cuts the connection, as a network that is gone: the server is not told by the
	 * client. Events that were received before stay.
	 * @return this
	 */
	public TestSubscription cut() {
		if (this.connection.cut()) {
			this.reception.inbox().note("cut by the test");
		}
		return this;
	}

	/**
	 * Connects again, at the cursor of the last connection, which is cut if it is still
	 * there.
	 * @return this
	 * @throws AssertionError if the server refuses the client or does not answer
	 */
	public TestSubscription resume() {
		return cut().connect();
	}

	/**
	 * Connects again, at another cursor.
	 * @param cursor the cursor
	 * @return this
	 * @throws AssertionError if the server refuses the client or does not answer
	 */
	public TestSubscription resume(Cursor cursor) {
		cut();
		this.reception.moveTo(cursor);
		return connect();
	}

	/**
	 * Connects again and expects that the server refuses the client.
	 * @param reason why
	 * @return the answer, for further assertions
	 */
	public CometRefusal expectRefusedResume(CometRefusal.Reason reason) {
		return cut().expectRefusedConnection(reason);
	}

	/**
	 * Ends the subscription.
	 */
	@Override
	public void close() {
		this.connection.cut();
		this.reception.inbox().setOver(true);
		this.server.closed(this);
	}

	private String received() {
		return "%s, which has received:%n%s%n".formatted(this.title, this.reception.inbox().record());
	}

	private AssertionError failure(String what) {
		return new AssertionError("%s. Subscription to %s".formatted(what, received()));
	}

}
