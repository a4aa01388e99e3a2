package io.github.cometspring.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.client.CometClientOptions.Transport;
import io.github.cometspring.testing.CometServer;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Makes clients of a real server, and records their requests and the status of the
 * answers.
 */
final class ClientSide implements ExchangeFilterFunction {

	/** The longest delay, unless the server asks for more. */
	static final Duration MAX_BACKOFF = Duration.ofMillis(400);

	private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);

	private final List<Long> requests = new CopyOnWriteArrayList<>();

	private final List<Integer> answers = new CopyOnWriteArrayList<>();

	private final List<String> retryAfter = new CopyOnWriteArrayList<>();

	/**
	 * Creates a client that reconnects soon.
	 * @param transport the transport
	 * @param port the port of the server, or of a proxy before it
	 * @return the client
	 */
	CometClient client(Transport transport, int port) {
		WebClient webClient = WebClient.builder().baseUrl("http://localhost:" + port).filter(this).build();
		return CometClient.create(webClient,
				CometClientOptions.DEFAULT.withTransport(transport).withBackoff(FIRST_BACKOFF, MAX_BACKOFF));
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		this.requests.add(System.nanoTime());
		return next.exchange(toNextNode(request)).doOnNext((response) -> {
			this.retryAfter.addAll(response.headers().header(HttpHeaders.RETRY_AFTER));
			this.answers.add(response.statusCode().value());
		});
	}

	private static ClientRequest toNextNode(ClientRequest request) {
		URI url = UriComponentsBuilder.fromUri(request.url())
			.port(CometServer.nextPort(request.url().getPort()))
			.build(true)
			.toUri();
		return ClientRequest.from(request).url(url).build();
	}

	/**
	 * The number of requests.
	 */
	int requests() {
		return this.requests.size();
	}

	/**
	 * The times between two requests.
	 * @param first the number of the first request that counts
	 */
	List<Duration> pauses(int first) {
		List<Long> times = this.requests.subList(first, this.requests.size());
		List<Duration> pauses = new CopyOnWriteArrayList<>();
		for (int i = 1; i < times.size(); i++) {
			pauses.add(Duration.ofNanos(times.get(i) - times.get(i - 1)));
		}
		return pauses;
	}

	/**
	 * How long the server asked to wait, in its answers that say so.
	 */
	List<Duration> retryAfter() {
		return this.retryAfter.stream().map((seconds) -> Duration.ofSeconds(Long.parseLong(seconds))).toList();
	}

	/**
	 * The statuses of the answers.
	 */
	List<Integer> answers() {
		return this.answers;
	}

}
