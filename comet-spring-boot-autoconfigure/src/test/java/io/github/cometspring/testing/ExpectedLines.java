package io.github.cometspring.testing;

import java.util.Map;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Keeps off the console what the tests make the server say again and again: what Reactor
 * Netty and Spring say of malformed requests, the access log of hundreds of requests, and
 * the line with which each application starts. Only the console is spared: a
 * {@link QuietLog} has the lines all the same, and so has a test that captures the
 * console.
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
