package io.github.cometspring.autoconfigure;

import java.util.concurrent.TimeUnit;

import io.github.cometspring.protocol.LegacyCodec;
import io.github.cometspring.web.CometHandlerMapping;
import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Records the requests that Comet may hold in {@code http.server.requests}, in place of
 * Micrometer's own handler: the time until Comet gets the request, as the time until a
 * message comes says nothing about the server. The meter has the same tags. There is no
 * meter of such requests that are active.
 */
final class HeldRequestsObservationHandler implements MeterObservationHandler<ServerRequestObservationContext> {

	private static final Class<?> START = HeldRequestsObservationHandler.class;

	private final MeterRegistry registry;

	private final PathPattern path;

	private final boolean everywhere;

	/**
	 * Creates a handler.
	 * @param registry has the meter
	 * @param path the path of the endpoint
	 */
	HeldRequestsObservationHandler(MeterRegistry registry, String path) {
		this.registry = registry;
		this.path = PathPatternParser.defaultInstance.parse(path);
		this.everywhere = path.equals(CometHandlerMapping.EVERYWHERE);
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof ServerRequestObservationContext request && mayBeHeld(request.getCarrier());
	}

	private boolean mayBeHeld(@Nullable ServerHttpRequest request) {
		if (request == null || !this.path.matches(request.getPath().pathWithinApplication())) {
			return false;
		}
		boolean post = HttpMethod.POST.equals(request.getMethod());
		return this.everywhere
				? post && LegacyCodec.isLegacyMediaType(request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE))
				: post || HttpMethod.GET.equals(request.getMethod());
	}

	@Override
	public void onStart(ServerRequestObservationContext context) {
		context.put(START, System.nanoTime());
	}

	@Override
	public void onStop(ServerRequestObservationContext context) {
		Long start = context.get(START);
		if (start != null) {
			// A filter may have answered the request before.
			Object end = context.getAttributes().getOrDefault(CometHandlerMapping.MAPPED_AT, System.nanoTime());
			Timer.builder(String.valueOf(context.getName()))
				.tags(tags(context))
				.register(this.registry)
				.record((Long) end - start, TimeUnit.NANOSECONDS);
		}
	}

	/**
	 * The tags of Micrometer's own handler.
	 */
	private static Tags tags(ServerRequestObservationContext context) {
		Throwable error = context.getError();
		Tags tags = Tags.of("error", (error != null) ? error.getClass().getSimpleName() : KeyValue.NONE_VALUE);
		for (KeyValue value : context.getLowCardinalityKeyValues()) {
			tags = tags.and(Tag.of(value.getKey(), value.getValue()));
		}
		return tags;
	}

}
