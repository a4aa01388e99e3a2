package io.github.cometspring.netty;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Streams are written directly only where no filter and no codec must see the bytes.
 */
class DirectStreamIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final StringBuffer SEEN = new StringBuffer();

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@Test
	void eventsWhenFilterDecoratesResponseShouldAllBeSeenByIt() {
		try (CometServer server = CometServer.start(new Class<?>[] { Decorating.class }, "comet.fast-path=true")) {
			Channel channel = server.create("a");
			RawEventStream stream = RawEventStream.open(server.port(), "channel=a");
			stream.next();
			for (int i = 0; i < 5; i++) {
				channel.publish("message " + i).block(PATIENCE);
				assertThat(Objects.requireNonNull(stream.nextMessage()).data()).contains("message " + i);
			}
			channel.close().block(PATIENCE);
			assertThat(stream.connection().readChunk()).asString().contains("ended");
			assertThat(SEEN.toString()).contains("retry", "message 0", "message 1", "message 4", "event: ended");
			stream.connection().close();
		}
	}

	@Test
	void exchangeWhenFilterWaitsForItsEndShouldLastAsLongAsStream() {
		try (CometServer server = CometServer.start(new Class<?>[] { PassingFilter.class }, "comet.fast-path=true")) {
			Channel channel = server.create("a");
			RawEventStream stream = RawEventStream.open(server.port(), "channel=a");
			stream.next();
			channel.publish("message").block(PATIENCE);
			assertThat(stream.message().data()).contains("message");
			assertThat(stream.connection().readFor(Duration.ofMillis(200))).isEmpty();
			assertThat(Route.webFluxRequests(server, "GET")).isZero();
			channel.close().block(PATIENCE);
			Await.until(() -> Route.webFluxRequests(server, "GET") == 1);
			stream.close();
		}
	}

	@Test
	void eventsWhenCompressedShouldBeComplete() throws IOException {
		try (CometServer server = CometServer.start("comet.fast-path=true", "server.compression.enabled=true",
				"server.compression.mime-types=text/event-stream", "server.compression.min-response-size=0");
				RawConnection client = RawConnection.open(server.port())) {
			Channel channel = server.create("a");
			RawEventStream stream = RawEventStream.open(client, "channel=a", "Accept-Encoding: gzip");
			assertThat(stream.head().header("Content-Encoding")).isEqualTo("gzip");
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			bytes.writeBytes(Objects.requireNonNull(client.readChunk()));
			channel.publish("message 1").block(PATIENCE);
			bytes.writeBytes(Objects.requireNonNull(client.readChunk()));
			channel.publish("message 2").then(channel.close()).block(PATIENCE);
			for (byte[] chunk = client.readChunk(); chunk != null; chunk = client.readChunk()) {
				bytes.writeBytes(chunk);
			}
			try (GZIPInputStream unzipped = new GZIPInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
				assertThat(new String(unzipped.readAllBytes(), StandardCharsets.UTF_8)).contains("message 1",
						"message 2", "event: ended");
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Decorating {

		@Bean
		WebFilter decorating() {
			return (exchange, chain) -> chain
				.filter(exchange.mutate().response(new Decorated(exchange.getResponse())).build());
		}

	}

	private static final class Decorated extends ServerHttpResponseDecorator {

		private Decorated(ServerHttpResponse delegate) {
			super(delegate);
		}

		@Override
		public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
			return super.writeAndFlushWith(Flux.from(body)
				.map((part) -> Flux.from(part)
					.doOnNext((buffer) -> SEEN.append(buffer.toString(StandardCharsets.UTF_8)))));
		}

	}

}
