package io.github.cometspring.web;

import java.time.Duration;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Server-sent events over real sockets (protocol, section 4): where a stream starts.
 */
@AlsoOnIoUring
class EventStreamResumeIT {

	@RegisterExtension
	static final ServedClass comet = new ServedClass("comet.history.size=3");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Test
	void streamWhenLastEventIdIsGivenShouldResumeAfterIt() {
		RawEventStream stream = stream("channel=" + comet.name());
		comet.publish("1", "2");
		stream.message();
		String afterFirst = stream.lastId();
		stream.close();
		comet.publish("3");
		RawEventStream again = stream("channel=" + comet.name(), "Last-Event-ID: " + afterFirst);
		assertThat(again.message().data()).contains("\"2\"");
		assertThat(again.message().data()).contains("\"3\"");
	}

	@Test
	void streamWhenCutBeforeFirstMessageShouldResumeFromItsStart() {
		RawEventStream stream = stream("channel=" + comet.name());
		stream.event();
		stream.close();
		comet.publish("meanwhile");
		RawEventStream again = stream("channel=" + comet.name(), "Last-Event-ID: " + stream.lastId());
		assertThat(again.message().data()).contains("meanwhile");
	}

	@Test
	void streamWhenCursorParameterIsGivenShouldResumeFromIt() {
		comet.publish("1", "2");
		assertThat(stream("channel=" + comet.name() + "&cursor=earliest").message().data()).contains("\"1\"");
	}

	@Test
	void streamWhenHeaderAndParameterAreGivenShouldPreferHeader() {
		comet.publish("1");
		String after1 = comet.cursor();
		comet.publish("2");
		RawEventStream stream = stream("channel=" + comet.name() + "&cursor=earliest", "Last-Event-ID: " + after1);
		assertThat(stream.message().data()).contains("\"2\"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "&lastEventId=%s", "&lastEventId=%s&cursor=latest", "&cursor=latest&lastEventId=%s",
			"&cursor=%s&lastEventId=", "&cursor=%s&lastEventId", "&lastEventId=&lastEventId=%s",
			"&lastEventId=%s&from=latest:%c" })
	void streamWhenCursorIsInQueryShouldResumeFromIt(String query) {
		comet.publish("1");
		String after1 = comet.cursor();
		comet.publish("2");
		String address = "channel=" + comet.name() + query.replace("%s", after1).replace("%c", comet.name());
		for (String header : new String[] { "X-None: 1", "Last-Event-ID:", "Last-Event-ID:   " }) {
			RawEventStream stream = stream(address, header);
			assertThat(stream.message().data()).as(header).contains("\"2\"");
			stream.close();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "&lastEventId=earliest", "&lastEventId=nonsense", "&cursor=nonsense", "&from=nonsense" })
	void streamWhenHeaderHasCursorShouldIgnoreQuery(String query) {
		comet.publish("1");
		String after1 = comet.cursor();
		comet.publish("2");
		assertThat(stream("channel=" + comet.name() + query, "Last-Event-ID: " + after1).message().data())
			.contains("\"2\"");
	}

	@Test
	void streamWhenNoCursorIsGivenShouldStartNow() {
		comet.publish("before");
		RawEventStream stream = stream("channel=" + comet.name() + "&cursor=&lastEventId=&from=", "Last-Event-ID:");
		Await.until(() -> comet.channel().subscribers() == 1);
		comet.publish("after");
		assertThat(stream.message().data()).contains("after");
	}

	@Test
	void streamWhenHistoryHasMovedOnShouldReportGapBeforeAnyLaterPosition() {
		comet.publish("1", "2", "3", "4", "5");
		String old = Cursor.of(comet.name(), new Position(comet.epoch(), 1)).token();
		RawEventStream stream = stream("channel=" + comet.name(), "Last-Event-ID: " + old);
		assertThat(stream.event()).isEqualTo(new Event(null, "gap", "{\"channel\":\"" + comet.name() + "\"}"));
		assertThat(stream.message().data()).contains("\"3\"");
		assertThat(stream.message().data()).contains("\"4\"");
		assertThat(stream.message().data()).contains("\"5\"");
	}

	@Test
	void streamWhenKilledShouldEndAndResumeAfterwards() {
		RawEventStream stream = stream("channel=" + comet.name());
		stream.event();
		comet.server().control().setTimeout(Duration.ofSeconds(20), true).block(PATIENCE);
		assertThat(stream.nextMessage()).isNull();
		comet.publish("meanwhile");
		assertThat(stream("channel=" + comet.name(), "Last-Event-ID: " + stream.lastId()).message().data())
			.contains("meanwhile");
	}

	private static RawEventStream stream(String query, String... headers) {
		return comet.open(RawEventStream.open(comet.port(), query, headers));
	}

}
