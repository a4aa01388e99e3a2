package io.github.cometspring.netty;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.ServedClass;
import io.github.cometspring.testing.SingleLoop;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.netty.resources.LoopResources;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Deliveries leave no timers on the event loop. With io_uring the kernel writes by
 * itself, so that each write waits for a moment.
 */
@AlsoOnIoUring
class WriteDeadlinesIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final int DELIVERIES = 200;

	private static final int ALLOWANCE = 10;

	@RegisterExtension
	static final ServedClass comet = new ServedClass(new Class<?>[] { SingleLoop.class });

	/**
	 * The number of tasks that are scheduled on the loop.
	 */
	private static int scheduled() {
		AtomicInteger tasks = new AtomicInteger();
		SingleLoop.run(comet.server(), () -> tasks.set(scheduled(loop())));
		return tasks.get();
	}

	private static EventLoop loop() {
		return comet.server().bean(LoopResources.class).onServer(true).next();
	}

	private static int scheduled(EventLoop loop) {
		try {
			Field queue = AbstractScheduledEventExecutor.class.getDeclaredField("scheduledTaskQueue");
			queue.setAccessible(true);
			Object tasks = queue.get(loop);
			return (tasks != null) ? ((Queue<?>) tasks).size() : 0;
		}
		catch (ReflectiveOperationException ex) {
			throw new LinkageError("Netty keeps its tasks elsewhere", ex);
		}
	}

	private static void deliver() {
		assertThat(comet.channel().deliver("message").block(PATIENCE)).satisfies((outcome) -> {
			assertThat(outcome.delivered()).isEqualTo(1);
			assertThat(outcome.failed()).isZero();
		});
	}

	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "SSE", "WEBSOCKET" })
	void deliveriesToStreamShouldLeaveNoTimerEach(Transport transport) {
		if (transport == Transport.SSE) {
			RawEventStream.open(comet.connect(), "channel=" + comet.name()).next();
		}
		else {
			RawWebSocket socket = comet.open(RawWebSocket.open(comet.port()));
			socket.send("{\"subscribe\":[\"" + comet.name() + "\"]}").text();
		}
		int before = scheduled();
		for (int i = 0; i < DELIVERIES; i++) {
			deliver();
		}
		assertThat(scheduled() - before).isLessThan(ALLOWANCE);
	}

	@Test
	void deliveriesToPollsShouldLeaveNoTimerEach() {
		RawConnection client = comet.connect();
		String cursor = comet.cursor();
		int before = scheduled();
		for (int i = 0; i < DELIVERIES; i++) {
			comet.publish("message");
			RawConnection.Answer answer = client.poll("registration=" + comet.name(), "Comet-Cursor: " + cursor).read();
			assertThat(answer.status()).isEqualTo(200);
			cursor = answer.header("Comet-Cursor");
		}
		assertThat(scheduled() - before).isLessThan(ALLOWANCE);
	}

}
