package io.github.cometspring.failures;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A log that cannot be written, as its disk is full, harms no client.
 */
class FullDiskIT {

	/** The packages that log on event loops. */
	private static final List<String> DEBUGGED = List.of("io.github.cometspring.netty",
			"io.github.cometspring.subscription");

	private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();

	private final Logger root = this.logging.getLogger(Logger.ROOT_LOGGER_NAME);

	private final FullDisk disk = new FullDisk();

	private final PrintStream standardError = System.err;

	private void fill() {
		this.disk.setContext(this.logging);
		this.disk.start();
		this.root.addAppender(this.disk);
		DEBUGGED.forEach((name) -> this.logging.getLogger(name).setLevel(Level.DEBUG));
		System.setErr(new PrintStream(new ClosedStream(), true, StandardCharsets.UTF_8));
	}

	@AfterEach
	void empty() {
		System.setErr(this.standardError);
		this.root.detachAppender(this.disk);
		DEBUGGED.forEach((name) -> this.logging.getLogger(name).setLevel(null));
		BrokenChannels.setBroken(false);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientsWhenNothingCanBeLoggedShouldNotNotice(boolean fastPath) {
		try (FailedNode node = FailedNode.start(BrokenChannels.class, "comet.fast-path=" + fastPath)) {
			Channel bad = node.create(BrokenChannels.THROWS);
			fill();
			for (int i = 0; i < 3; i++) {
				try (RawConnection poll = RawConnection.open(node.port());
						RawConnection malformed = RawConnection.open(node.port())) {
					poll.poll("registration=" + BrokenChannels.THROWS);
					Await.until(() -> bad.subscribers() == 1);
					BrokenChannels.setBroken(true);
					FailedNode.publish(bad, "m");
					if (fastPath) {
						assertThat(poll.read().status()).isEqualTo(500);
					}
					assertThat(malformed.send("NONSENSE\r\n\r\n").drain()).isTrue();
				}
				BrokenChannels.setBroken(false);
				node.onlySteadyShouldBeLeft();
				node.steadyShouldBeServed(2);
			}
			assertThat(this.disk.refused.get()).isPositive();
			// The server says that it stops.
			empty();
		}
	}

	@Test
	void clientsWhenFailuresOfAuthorizerCannotBeLoggedShouldBeRefused() {
		try (FailedNode node = FailedNode.start(Authorizer.class)) {
			node.create("fails");
			fill();
			for (int i = 0; i < 3; i++) {
				assertThat(node.server().poll("registration=fails").status()).isEqualTo(403);
				node.onlySteadyShouldBeLeft();
				node.steadyShouldBeServed(2);
			}
			assertThat(this.disk.refused.get()).isPositive();
			// The server says that it stops.
			empty();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(FailingListenerIT.Listeners.class)
	static class Authorizer {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> channel.equals("fails") ? Mono.error(new IllegalStateException("planned"))
					: Mono.just(true);
		}

	}

	/**
	 * Where nothing can be written to. Unlike Logback's own appenders it tells the
	 * caller, as other logging systems can be configured to do.
	 */
	private static final class FullDisk extends AppenderBase<ILoggingEvent> {

		private final AtomicInteger refused = new AtomicInteger();

		@Override
		public void doAppend(ILoggingEvent event) {
			int count = this.refused.incrementAndGet();
			if (count % 2 == 0) {
				throw new IllegalStateException("No space left on device");
			}
			throw new NoClassDefFoundError("No space left on device");
		}

		@Override
		protected void append(ILoggingEvent event) {
			// Nothing gets here.
		}

	}

	/**
	 * A standard error that has been closed.
	 */
	private static final class ClosedStream extends OutputStream {

		@Override
		public void write(int b) throws IOException {
			throw new IOException("Stream closed");
		}

	}

}
