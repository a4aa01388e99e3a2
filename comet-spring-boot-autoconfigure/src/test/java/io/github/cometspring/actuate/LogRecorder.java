package io.github.cometspring.actuate;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * Remembers what is logged above {@code DEBUG} while it is open, save what Netty says of
 * requests that are none and Spring of paths that no file has.
 */
final class LogRecorder extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private static final Set<String> OTHERS = Set.of("reactor.netty.http.server.HttpServerOperations",
			"org.springframework.web.reactive.resource.ResourceHandlerUtils");

	private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

	private final List<String> messages = new CopyOnWriteArrayList<>();

	LogRecorder() {
		start();
		this.root.addAppender(this);
	}

	@Override
	protected void append(ILoggingEvent event) {
		if (event.getLevel().isGreaterOrEqual(Level.INFO) && !OTHERS.contains(event.getLoggerName())) {
			this.messages.add(event.getLevel() + " " + event.getLoggerName() + ": " + event.getFormattedMessage());
		}
	}

	List<String> messages() {
		return List.copyOf(this.messages);
	}

	@Override
	public void close() {
		this.root.detachAppender(this);
		stop();
	}

}
