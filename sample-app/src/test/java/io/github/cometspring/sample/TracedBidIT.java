package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.client.CometClient;
import io.github.cometspring.testing.Await;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A bid in a trace: the request, the publication and its delivery to those who watch the
 * lot are spans of that trace, in the exporter.
 */
class TracedBidIT {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	@Test
	void bidShouldBeFollowedFromRequestToDelivery() {
		try (ConfigurableApplicationContext server = new SpringApplicationBuilder(SampleApplication.class)
			.sources(Tracing.class)
			.run("--server.port=0", "--auction.simulate=false", "--auction.new-item-every=30d",
					"--comet.observation-enabled=true")) {
			AuctionHouse house = server.getBean(AuctionHouse.class);
			InMemorySpanExporter exporter = server.getBean(InMemorySpanExporter.class);
			WebClient client = WebClient
				.create("http://localhost:" + server.getEnvironment().getRequiredProperty("local.server.port"));
			Await.within(PATIENCE, () -> !house.open().isEmpty());
			Item item = house.open().get(0);
			String token = house.sale().block(PATIENCE).items().get(0).handle().cursor();
			AtomicBoolean received = new AtomicBoolean();
			Disposable watcher = CometClient.create(client)
				.subscribe(Cursor.parse(token), item.id())
				.subscribe((message) -> received.set(true));
			house.bid(item.id(), new Bid("Old Tobias", item.minimum())).block(PATIENCE);
			Await.within(PATIENCE, received::get);
			exporter.reset();

			client.post()
				.uri("/api/items/{id}/bids", item.id())
				.header("traceparent", "00-%s-00f067aa0ba902b7-01".formatted(TRACE))
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue("{\"bidder\":\"Ada\",\"amount\":%d}".formatted(item.minimum() + 1000))
				.retrieve()
				.toBodilessEntity()
				.block(PATIENCE);

			Await.within(PATIENCE, () -> spans(exporter).size() == 3);
			SpanData publication = named(exporter, "comet.publish");
			SpanData delivery = named(exporter, "comet.deliver");
			SpanData request = spans(exporter).stream()
				.filter((span) -> span.getName().startsWith("http post"))
				.findFirst()
				.orElseThrow();
			assertThat(publication.getParentSpanId()).isEqualTo(request.getSpanId());
			assertThat(delivery.getParentSpanId()).isEqualTo(publication.getSpanId());
			assertThat(delivery.getAttributes().asMap().values()).contains(item.id(), "1");
			watcher.dispose();
		}
	}

	private static List<SpanData> spans(InMemorySpanExporter exporter) {
		return exporter.getFinishedSpanItems().stream().filter((span) -> span.getTraceId().equals(TRACE)).toList();
	}

	private static SpanData named(InMemorySpanExporter exporter, String name) {
		return spans(exporter).stream().filter((span) -> span.getName().equals(name)).findFirst().orElseThrow();
	}

	/**
	 * Spans in memory. An application has {@code spring-boot-starter-opentelemetry} in
	 * place of this. It has no annotation by which other applications of these tests
	 * would find it.
	 */
	static class Tracing {

		@Bean
		InMemorySpanExporter spanExporter() {
			return InMemorySpanExporter.create();
		}

		@Bean(destroyMethod = "close")
		SdkTracerProvider tracerProvider(InMemorySpanExporter exporter) {
			return SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(exporter)).build();
		}

		@Bean
		ObservationHandler<Observation.Context> spans(SdkTracerProvider provider) {
			io.opentelemetry.api.trace.Tracer spans = provider.get("auction");
			Tracer tracer = new OtelTracer(spans, new OtelCurrentTraceContext(), (event) -> {
			});
			OtelPropagator propagator = new OtelPropagator(
					ContextPropagators.create(W3CTraceContextPropagator.getInstance()), spans);
			return new ObservationHandler.FirstMatchingCompositeObservationHandler(
					new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
					new DefaultTracingObservationHandler(tracer));
		}

	}

}
