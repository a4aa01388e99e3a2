package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A cursor of one dialect resumes on every other (protocol, section 1).
 */
@AlsoOnIoUring
class ResumeIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private final String name = "resume-" + System.nanoTime();

	private final Channel channel = server.create(this.name);

	@BeforeAll
	static void start() {
		server = CometServer.start("comet.history.size=4", "comet.timeout=300ms", "comet.heartbeat=300ms");
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	static Stream<Arguments> pairs() {
		return Stream.of(Transport.values())
			.flatMap((from) -> Stream.of(Transport.values()).map((to) -> Arguments.of(from, to)));
	}

	@ParameterizedTest
	@MethodSource("pairs")
	void resumeShouldContinueOnEveryDialect(Transport from, Transport to) {
		publish("1", "2");
		Reader reader = new Reader(server.port(), "earliest");
		List<String> first = reader.read(from, List.of(this.name), 2);
		assertThat(first).containsExactly(this.name + "=1", this.name + "=2");
		publish("3", "4");
		assertThat(reader.read(to, List.of(this.name), 2)).containsExactly(this.name + "=3", this.name + "=4");
		assertThat(reader.cursor()).isEqualTo(Objects.requireNonNull(this.channel.cursor().block(PATIENCE)).token());
		assertThat(reader.read(from, List.of(this.name), 1)).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("pairs")
	void resumeWhenChannelClosedMeanwhileShouldGetRestAndEnd(Transport from, Transport to) {
		publish("1");
		Reader reader = new Reader(server.port(), "earliest");
		assertThat(reader.read(from, List.of(this.name), 1)).containsExactly(this.name + "=1");
		publish("2", "3");
		this.channel.close().block(PATIENCE);
		assertThat(reader.read(to, List.of(this.name), 3)).containsExactly(this.name + "=2", this.name + "=3",
				this.name + "!ended");
		assertThat(reader.read(from, List.of(this.name), 1)).containsExactly(this.name + "!ended");
	}

	@ParameterizedTest
	@EnumSource(Transport.class)
	void resumeWhenClosedChannelIsUnknownToCursorShouldGetEndAlone(Transport transport) {
		publish("1");
		this.channel.close().block(PATIENCE);
		for (String cursor : List.of("latest", "earliest", "AQ")) {
			Reader reader = new Reader(server.port(), cursor);
			assertThat(reader.read(transport, List.of(this.name), 1)).containsExactly(this.name + "!ended");
		}
	}

	@ParameterizedTest
	@EnumSource(Transport.class)
	void resumeWhenChannelIsCreatedAnewShouldReportGap(Transport transport) {
		publish("1");
		Reader reader = new Reader(server.port(),
				Objects.requireNonNull(this.channel.cursor().block(PATIENCE)).token());
		publish("2");
		this.channel.close().block(PATIENCE);
		server.create(this.name).publish("new").block(PATIENCE);
		assertThat(reader.read(transport, List.of(this.name), 2)).containsExactly(this.name + "!gap",
				this.name + "=new");
	}

	@ParameterizedTest
	@EnumSource(Transport.class)
	void resumeWhenHistoryIsOverrunShouldReportGap(Transport transport) {
		publish("1");
		Reader reader = new Reader(server.port(),
				Objects.requireNonNull(this.channel.cursor().block(PATIENCE)).token());
		publish("2", "3", "4", "5");
		Reader same = new Reader(server.port(), reader.cursor());
		assertThat(same.read(transport, List.of(this.name), 4)).hasSize(4).doesNotContain(this.name + "!gap");
		publish("6");
		assertThat(reader.read(transport, List.of(this.name), 5)).containsExactly(this.name + "!gap", this.name + "=3",
				this.name + "=4", this.name + "=5", this.name + "=6");
	}

	@ParameterizedTest
	@EnumSource(Transport.class)
	void resumeWhenCursorIsBeyondNewestShouldReportGap(Transport transport) {
		Position position = Objects.requireNonNull(this.channel.publish("1").block(PATIENCE));
		Reader reader = new Reader(server.port(), Cursor.of(this.name, new Position(position.epoch(), 9)).token());
		assertThat(reader.read(transport, List.of(this.name), 2)).containsExactly(this.name + "!gap", this.name + "=1");
	}

	@Test
	void resumeWhenChannelsChangeShouldKeepPositions() {
		Channel other = server.create(this.name + "-2");
		publish("1");
		other.publish("1").block(PATIENCE);
		Reader reader = new Reader(server.port(), "earliest");
		assertThat(reader.read(Transport.JSON, List.of(this.name, other.id()), 2)).hasSize(2);
		List<String> expected = new ArrayList<>();
		for (Transport transport : Transport.values()) {
			publish(transport.id());
			expected.add(this.name + "=" + transport.id());
			Channel added = server.create(this.name + "-" + transport.id());
			added.publish("before").block(PATIENCE);
			assertThat(reader.read(transport, List.of(added.id(), this.name), 1))
				.containsExactly(this.name + "=" + transport.id());
		}
		assertThat(expected).hasSize(4);
	}

	private void publish(String... data) {
		for (String text : data) {
			this.channel.publish(text).block(PATIENCE);
		}
	}

}
