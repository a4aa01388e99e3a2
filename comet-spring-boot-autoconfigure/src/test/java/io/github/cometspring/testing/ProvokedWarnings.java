package io.github.cometspring.testing;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Keeps off the console what hundreds of malformed requests make Reactor Netty say: each
 * is a warning with all headers. Only the console is spared: a {@link QuietLog} has the
 * warnings all the same.
 */
public final class ProvokedWarnings extends Filter<ILoggingEvent> {

	private static final String LOGGER = "reactor.netty.http.server.HttpServerOperations";

	@Override
	public FilterReply decide(ILoggingEvent event) {
		boolean provoked = event.getLoggerName().equals(LOGGER)
				&& event.getFormattedMessage().contains("Decoding failed");
		return provoked ? FilterReply.DENY : FilterReply.NEUTRAL;
	}

}
