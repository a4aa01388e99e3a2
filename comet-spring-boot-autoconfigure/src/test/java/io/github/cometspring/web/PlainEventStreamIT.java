package io.github.cometspring.web;

import java.time.Duration;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.Secret;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Plain server-sent events over real sockets (protocol, section 4).
 */
class PlainEventStreamIT {

	@RegisterExtension
	static final ServedClass comet = new ServedClass(new Class<?>[] { Secret.class }, "comet.heartbeat=300ms",
			"comet.history.size=3");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Test
	void messageShouldHaveItsChannelAsTypeAndItsTextAsData() {
		Channel other = comet.server().create(comet.name() + "-2");
		RawEventStream stream = stream("channel=" + other.id() + "&channel=" + comet.name());
		comet.publish("<b>é</b>");
		Event event = message(stream);
		assertThat(event.name()).isEqualTo(comet.name());
		assertThat(event.data()).isEqualTo("<b>é</b>");
		other.publish("\"2\"").block(PATIENCE);
		assertThat(message(stream)).extracting(Event::name, Event::data).containsExactly(other.id(), "\"2\"");
		comet.publish("");
		assertThat(message(stream)).extracting(Event::name, Event::data).containsExactly(comet.name(), "");
	}

	@Test
	void messageWhenTypeIsMessageShouldHaveTheDefaultType() {
		RawEventStream stream = stream("event=message&channel=" + comet.name());
		comet.publish("1", "2");
		assertThat(message(stream)).extracting(Event::name, Event::data).containsExactly("message", "1");
		assertThat(message(stream)).extracting(Event::name, Event::data).containsExactly("message", "2");
		assertThat(stream.lastId()).isEqualTo(comet.cursor());
	}

	@Test
	void messageWhenItIsJsonShouldBeTheValue() {
		Channel json = Objects.requireNonNull(comet.server()
			.channels()
			.create(comet.name() + "-json", ChannelSettings.DEFAULT.withFormat(MessageFormat.JSON))
			.block(PATIENCE));
		RawEventStream stream = stream("channel=" + json.id());
		json.publish("{ \"a\" :\n\"x\\ny\" }").block(PATIENCE);
		assertThat(message(stream).data()).isEqualTo("{\"a\":\"x\\ny\"}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "&event=message" })
	void textWhenItImitatesFieldsShouldStayData(String type) {
		RawEventStream stream = stream("channel=" + comet.name() + type);
		String text = "a\r\nid: x\revent: ended\n\n\r\n\rretry: 1\ndata: b\r";
		comet.publish(text, "next");
		Event event = message(stream);
		assertThat(event.name()).isEqualTo(type.isEmpty() ? comet.name() : "message");
		assertThat(event.data()).isEqualTo(text.replaceAll("\r\n|\r", "\n"));
		assertThat(message(stream).data()).isEqualTo("next");
		assertThat(stream.lastId()).isEqualTo(comet.cursor());
		assertThat(Integer.parseInt(stream.retry())).isBetween(1000, 2999);
	}

	@Test
	void idThatImitatesFieldsShouldEndWithinTheData() {
		RawEventStream stream = stream("channel=x%0D%0A%0D%0Aevent:%20y&channel=comet:ended&channel=" + comet.name());
		assertThat(message(stream))
			.isEqualTo(new Event(null, "comet:ended", "{\"channel\":\"x\\r\\n\\r\\nevent: y\"}"));
		assertThat(message(stream)).isEqualTo(new Event(null, "comet:ended", "{\"channel\":\"comet:ended\"}"));
		comet.publish("1");
		assertThat(message(stream).data()).isEqualTo("1");
	}

	@Test
	void streamWhenReaderComesBackShouldResumeWithinABatch() {
		RawEventStream stream = stream("channel=" + comet.name());
		comet.publish("1", "2");
		assertThat(message(stream).data()).isEqualTo("1");
		String afterFirst = stream.lastId();
		stream.close();
		comet.publish("3");
		RawEventStream again = stream("channel=" + comet.name(), "Last-Event-ID: " + afterFirst);
		assertThat(message(again).data()).isEqualTo("2");
		assertThat(message(again).data()).isEqualTo("3");
	}

	@Test
	void streamWhenNothingWasSentShouldResumeFromItsStart() {
		RawEventStream stream = stream("channel=" + comet.name());
		assertThat(stream.event()).isEqualTo(new Event(comet.cursor(), "comet:heartbeat", "{}"));
		String start = stream.lastId();
		stream.close();
		comet.publish("1");
		assertThat(message(stream("channel=" + comet.name(), "Last-Event-ID: " + start)).data()).isEqualTo("1");
	}

	@Test
	void streamWhenSilentShouldSendHeartbeats() {
		RawEventStream stream = stream("channel=" + comet.name());
		for (int i = 0; i < 3; i++) {
			assertThat(stream.event().name()).isEqualTo("comet:heartbeat");
		}
	}

	@Test
	void gapShouldComeBeforeTheMessages() {
		comet.publish("1", "2", "3", "4", "5");
		String old = Cursor.of(comet.name(), new Position(comet.epoch(), 1)).token();
		RawEventStream stream = stream("channel=" + comet.name(), "Last-Event-ID: " + old);
		assertThat(message(stream)).isEqualTo(new Event(null, "comet:gap", "{\"channel\":\"" + comet.name() + "\"}"));
		assertThat(message(stream).data()).isEqualTo("3");
	}

	@Test
	void streamWhenChannelEndsShouldTellAndCompleteAndThenAnswer204() {
		RawEventStream stream = stream("channel=" + comet.name());
		comet.channel().publish("last").then(comet.channel().close()).block(PATIENCE);
		assertThat(message(stream).data()).isEqualTo("last");
		assertThat(message(stream)).isEqualTo(new Event(null, "comet:ended", "{\"channel\":\"" + comet.name() + "\"}"));
		Event event = stream.next();
		while (event != null) {
			assertThat(event.name()).isEqualTo("comet:heartbeat");
			event = stream.next();
		}
		assertThat(ask("channel=" + comet.name(), "Last-Event-ID: " + stream.lastId()).status()).isEqualTo(204);
	}

	@Test
	void channelThatMayNotBeReadShouldBeRefusedBesideTheOthers() {
		RawEventStream stream = stream("channel=secret&channel=" + comet.name());
		assertThat(message(stream))
			.isEqualTo(new Event(null, "comet:refused", "{\"channel\":\"secret\",\"why\":\"forbidden\"}"));
		comet.publish("1");
		assertThat(message(stream).data()).isEqualTo("1");
		assertThat(ask("channel=secret").status()).isEqualTo(403);
	}

	@ParameterizedTest
	@ValueSource(strings = { "format=xml", "format=PLAIN", "format=plain&format=plain", "format=plain&event=x",
			"format=plain&event=message&event=message", "format=plain%0D%0A" })
	void streamWhenFormIsUnknownShouldAnswer400WithAShortProblem(String form) {
		Answer answer = RawEventStream.ask(comet.port(), "channel=" + comet.name() + "&" + form);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(answer.body()).containsPattern("\"Unknown (format|type of events)\"").hasSizeLessThan(120);
	}

	@ParameterizedTest
	@ValueSource(strings = { "format=", "format", "event=message", "event=x" })
	void streamWhenNoFormIsNamedShouldBeAsUsual(String form) {
		RawEventStream stream = comet.open(RawEventStream.open(comet.port(), "channel=" + comet.name() + "&" + form));
		comet.publish("1");
		assertThat(stream.message().data()).isEqualTo("{\"channel\":\"" + comet.name() + "\",\"data\":\"1\"}");
	}

	private static RawEventStream stream(String query, String... headers) {
		return comet.open(RawEventStream.open(comet.port(), "format=plain&" + query, headers));
	}

	private static Answer ask(String query, String... headers) {
		return RawEventStream.ask(comet.port(), "format=plain&" + query, headers);
	}

	private static Event message(RawEventStream stream) {
		Event event = stream.event();
		while (event.name().equals("comet:heartbeat")) {
			event = stream.event();
		}
		return event;
	}

}
