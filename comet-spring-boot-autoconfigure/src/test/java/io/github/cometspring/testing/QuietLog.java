package io.github.cometspring.testing;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fails a test class during which a warning or an error was logged, since clients must
 * not be able to cause one. It also keeps the messages that this project logs above
 * DEBUG.
 */
public final class QuietLog implements BeforeAllCallback, AfterAllCallback {

	private static final Set<QuietLog> WATCHES = new CopyOnWriteArraySet<>();

	private final Set<String> exempt;

	private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();

	private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

	private final Recorder recorder = new Recorder();

	/**
	 * Creates a watch.
	 * @param exempt the names of loggers that may complain
	 */
	public QuietLog(String... exempt) {
		this.exempt = Set.of(exempt);
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		this.recorder.setContext(this.logging);
		WATCHES.add(this);
		attach();
	}

	@Override
	public void afterAll(ExtensionContext context) {
		WATCHES.remove(this);
		this.logging.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(this.recorder);
		assertThat(complaints()).isEmpty();
	}

	/**
	 * Attaches all watches again. To be called when an application has started: the start
	 * configures logging anew and removes all appenders.
	 */
	static void attachAll() {
		WATCHES.forEach(QuietLog::attach);
	}

	private void attach() {
		this.recorder.start();
		this.logging.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(this.recorder);
	}

	/**
	 * The warnings and errors that were logged.
	 * @return the messages
	 */
	public List<String> complaints() {
		return this.events.stream()
			.filter((event) -> event.getLevel().isGreaterOrEqual(Level.WARN))
			.filter((event) -> !this.exempt.contains(event.getLoggerName()))
			.map(QuietLog::describe)
			.toList();
	}

	/**
	 * The messages that this project has logged above DEBUG.
	 * @return the messages
	 */
	public List<String> ownMessages() {
		return this.events.stream()
			.filter((event) -> event.getLoggerName().startsWith("io.github.cometspring"))
			.map(QuietLog::describe)
			.toList();
	}

	private static String describe(ILoggingEvent event) {
		String line = event.getLevel() + " " + event.getLoggerName() + ": " + event.getFormattedMessage();
		return (event.getThrowableProxy() instanceof ThrowableProxy proxy) ? line + ": " + proxy.getThrowable() : line;
	}

	private final class Recorder extends AppenderBase<ILoggingEvent> {

		@Override
		protected void append(ILoggingEvent event) {
			if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
				QuietLog.this.events.add(event);
			}
		}

	}

}
