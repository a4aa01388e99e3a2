package io.github.cometspring.channel;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LogPlace}: the channel gets another epoch before one call of the
 * reader. The test chooses the call by its number.
 */
class LogPlaceTests {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final List<InMemoryChannelBroker> brokers = new ArrayList<>();

	private final ChannelLog before = log(5);

	private final ChannelLog after = log(8);

	@AfterEach
	void dispose() {
		this.brokers.forEach(InMemoryChannelBroker::dispose);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 3, 4, 5, 6 })
	void readWhenEpochChangesMeanwhileShouldReportEachGap(int callsBefore) {
		for (Cursor start : List.of(Cursor.LATEST, Cursor.EARLIEST, Cursor.of("a", at(this.before, 5)),
				Cursor.of("a", at(this.before, 3)), Cursor.of("a", at(this.after, 5)))) {
			AtomicInteger calls = new AtomicInteger();
			LogPlace place = new LogPlace(changing(calls, callsBefore), start);
			place.begin();
			Position began = null;
			if (start.equals(Cursor.LATEST)) {
				began = place.position();
				assertThat(began).as("epoch and offset of one position")
					.isIn(this.before.newest(), this.after.newest());
			}
			List<Position> received = new ArrayList<>();
			boolean gap = false;
			for (int i = 0; i < 12; i++) {
				if (!place.hasChanged()) {
					continue;
				}
				Replay replay = place.look();
				boolean newEpoch = place.moveTo(replay.position(), replay.gap());
				assertThat(newEpoch && !replay.gap()).as("a new epoch without a gap").isFalse();
				if (place.takeGap()) {
					gap = true;
					received.clear();
				}
				replay.messages().forEach((message) -> received.add(message.position()));
			}
			assertThat(place.position()).isEqualTo(this.after.newest());
			if (!received.isEmpty()) {
				assertThat(received).as("the rest of the new epoch")
					.containsExactlyElementsOf(this.after.readAll()
						.messages()
						.subList(8 - received.size(), 8)
						.stream()
						.map(Message::position)
						.toList());
			}
			if (start.offset("a", this.before.newest().epoch()).isPresent()) {
				assertThat(gap).as("gap for a reader in the old epoch").isTrue();
			}
			if (gap) {
				assertThat(received).as("all that the new epoch has").hasSize(8);
			}
			else if (began != null) {
				assertThat(began).isEqualTo(this.after.newest());
			}
		}
	}

	private ChannelLog changing(AtomicInteger calls, int callsBefore) {
		return (ChannelLog) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { ChannelLog.class },
				(proxy, method, arguments) -> ReflectionUtils.invokeMethod(method,
						(calls.getAndIncrement() < callsBefore) ? this.before : this.after, arguments));
	}

	private static Position at(ChannelLog log, long offset) {
		return new Position(log.newest().epoch(), offset);
	}

	private ChannelLog log(int messages) {
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, VirtualTimeScheduler.create());
		this.brokers.add(broker);
		ChannelLog log = Objects.requireNonNull(broker.create("a", ChannelSettings.DEFAULT).block(PATIENCE));
		for (int i = 0; i < messages; i++) {
			log.append("m").block(PATIENCE);
		}
		return log;
	}

}
