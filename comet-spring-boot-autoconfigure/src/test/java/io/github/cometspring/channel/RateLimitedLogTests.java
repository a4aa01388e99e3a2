package io.github.cometspring.channel;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import reactor.util.Loggers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RateLimitedLog}.
 */
class RateLimitedLogTests {

	private final Logger logger = (Logger) LoggerFactory.getLogger("rate-limited");

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger("rate-limited"), this.now::get);

	@BeforeEach
	void listen() {
		this.lines.start();
		this.logger.setLevel(Level.INFO);
		this.logger.setAdditive(false);
		this.logger.addAppender(this.lines);
	}

	@AfterEach
	void leave() {
		this.logger.detachAppender(this.lines);
		this.logger.setLevel(null);
	}

	@Test
	void warnWhenRepeatedShouldWriteOneLineAMinuteAndCountTheRest() {
		for (int i = 0; i < 300; i++) {
			this.log.warn("It failed", null);
		}
		this.now.addAndGet(Duration.ofMinutes(1).toNanos() - 1);
		this.log.warn("It failed", null);
		assertThat(this.lines.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly("It failed");
		this.now.incrementAndGet();
		this.log.warn("It failed again", null);
		assertThat(this.lines.list).extracting(ILoggingEvent::getFormattedMessage)
			.containsExactly("It failed", "It failed again (and 300 more since the last warning)");
	}

	@Test
	void warnShouldLogTypeAndSourceOfCauseWithoutItsMessage() {
		this.log.warn("It failed", new IllegalStateException("secret channel"));
		ILoggingEvent line = this.lines.list.get(0);
		assertThat(line.getLevel()).isEqualTo(Level.WARN);
		assertThat(line.getThrowableProxy()).isNull();
		assertThat(line.getFormattedMessage()).startsWith("It failed: java.lang.IllegalStateException at ")
			.contains("RateLimitedLogTests")
			.doesNotContain("secret");
	}

	@Test
	void errorWhenRepeatedShouldLogOneStackTraceAMinuteAndCountTheRest() {
		for (int i = 0; i < 300; i++) {
			this.log.error("It failed", new IllegalStateException("number " + i));
		}
		this.now.addAndGet(Duration.ofMinutes(1).toNanos());
		this.log.error("It failed again", new IllegalStateException("the last"));
		assertThat(this.lines.list).allMatch((line) -> line.getLevel() == Level.ERROR)
			.extracting((line) -> line.getFormattedMessage() + ": " + line.getThrowableProxy().getMessage())
			.containsExactly("It failed: number 0", "It failed again (and 299 more since the last error): the last");
	}

	@Test
	void warnWhenDebuggingShouldLogEachWarning() {
		this.logger.setLevel(Level.DEBUG);
		this.log.warn("It failed", new IllegalStateException("first"));
		this.log.warn("It failed", new IllegalStateException("second"));
		assertThat(this.lines.list).filteredOn((line) -> line.getLevel() == Level.DEBUG)
			.extracting((line) -> line.getThrowableProxy().getMessage())
			.containsExactly("first", "second");
	}

	@Test
	void warnWhenLineCannotBeWrittenShouldNotFail() {
		this.logger.setLevel(Level.DEBUG);
		AppenderBase<ILoggingEvent> fullDisk = new AppenderBase<>() {

			@Override
			public void doAppend(ILoggingEvent event) {
				throw new NoClassDefFoundError("No space left on device");
			}

			@Override
			protected void append(ILoggingEvent event) {
				// Nothing gets here.
			}

		};
		this.logger.addAppender(fullDisk);
		this.log.warn("It failed", new IllegalStateException("first"));
		this.logger.detachAppender(fullDisk);
		this.log.warn("It failed", null);
		assertThat(this.lines.list).extracting(ILoggingEvent::getLevel).contains(Level.WARN);
	}

}
