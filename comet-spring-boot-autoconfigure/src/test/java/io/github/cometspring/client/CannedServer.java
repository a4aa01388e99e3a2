package io.github.cometspring.client;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.client.CometClientOptions.Transport;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;

/**
 * A client of a server of canned answers, in virtual time.
 */
abstract class CannedServer {

	static final Duration PATIENCE = Duration.ofSeconds(5);

	@RegisterExtension
	static final QuietLog log = new QuietLog(CometClient.class.getName());

	static final String FIRST = Cursor.of("a", new Position(1, 1)).token();

	static final String SECOND = Cursor.of("a", new Position(1, 2)).token();

	final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	final List<ClientRequest> requests = new ArrayList<>();

	@AfterEach
	void dispose() {
		this.time.dispose();
	}

	CometClient client(Transport transport, double random, IntFunction<Mono<ClientResponse>> server) {
		return client(CometClientOptions.DEFAULT.withTransport(transport), random, server);
	}

	CometClient client(CometClientOptions options, double random, IntFunction<Mono<ClientResponse>> server) {
		this.requests.clear();
		AtomicInteger count = new AtomicInteger();
		WebClient webClient = WebClient.builder().baseUrl("http://server/base").exchangeFunction((request) -> {
			this.requests.add(request);
			return server.apply(count.getAndIncrement());
		}).build();
		return new CometClient(webClient, options.withBackoff(Duration.ofMillis(500), Duration.ofSeconds(8)), this.time,
				() -> random);
	}

	static WebClientRequestException refused() {
		return new WebClientRequestException(new IOException("refused"), HttpMethod.GET, URI.create("http://server"),
				HttpHeaders.EMPTY);
	}

	static Mono<ClientResponse> events(String events) {
		return answer(200, MediaType.TEXT_EVENT_STREAM, events);
	}

	static Mono<ClientResponse> stream(Flux<String> chunks) {
		return Mono.just(ClientResponse.create(HttpStatus.OK)
			.header(HttpHeaders.CONTENT_TYPE, MediaType.TEXT_EVENT_STREAM_VALUE)
			.body(chunks.map(CannedServer::buffer))
			.build());
	}

	static Mono<ClientResponse> answer(int status, MediaType type, String body) {
		return Mono.fromSupplier(() -> {
			ClientResponse.Builder response = ClientResponse.create(HttpStatus.valueOf(status));
			if (type != null) {
				response.header(HttpHeaders.CONTENT_TYPE, type.toString());
			}
			return response.body(Flux.just(buffer(body))).build();
		});
	}

	static DataBuffer buffer(String text) {
		return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

}
