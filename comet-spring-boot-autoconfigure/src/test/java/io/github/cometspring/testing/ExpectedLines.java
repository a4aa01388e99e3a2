package io.github.cometspring.testing;

import java.util.Map;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Keeps expected lines off the console: warnings of Reactor Netty and Spring of malformed
 * requests, the access log, and the line about exposure at each start. A {@link QuietLog}
 * still receives the lines, and so does a test that captures the console.
 */
public final class ExpectedLines extends Filter<ILoggingEvent> {

	/**
	 * A part of each line, by the logger.
	 */
	private static final Map<String, String> LINES = Map.of(
			"io.github.cometspring.autoconfigure.CometExposurePostProcessor", "Exposing the actuator endpoint",
			"org.springframework.web.reactive.resource.ResourceHandlerUtils", "Path ",
			"reactor.netty.http.server.AccessLog", "", "reactor.netty.http.server.HttpServerOperations",
			"Decoding failed");

	@Override
	public FilterReply decide(ILoggingEvent event) {
		String part = LINES.get(event.getLoggerName());
		boolean expected = part != null && event.getFormattedMessage().contains(part);
		return (expected && !isCaptured()) ? FilterReply.DENY : FilterReply.NEUTRAL;
	}

	private static boolean isCaptured() {
		return System.out.getClass().getName().startsWith("org.springframework.boot.test.system.");
	}

}
