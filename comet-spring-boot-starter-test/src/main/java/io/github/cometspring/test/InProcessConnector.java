package io.github.cometspring.test;

import java.net.URI;
import java.util.function.Function;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpResponse;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.mock.http.client.reactive.MockClientHttpRequest;
import org.springframework.mock.http.client.reactive.MockClientHttpResponse;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;

/**
 * Hands requests to the handlers of an application, as a server does. Unlike the
 * connector of {@code WebTestClient} it treats an exchange as a server treats it: the
 * exchange lasts until the client has read the answer to its end, and is cancelled when
 * the client leaves. So streams and held polls work, and a test can cut them.
 */
final class InProcessConnector implements ClientHttpConnector {

	private final HttpHandler handler;

	InProcessConnector(HttpHandler handler) {
		this.handler = handler;
	}

	@Override
	public Mono<ClientHttpResponse> connect(HttpMethod method, URI uri,
			Function<? super ClientHttpRequest, Mono<Void>> requestCallback) {
		return Mono.deferContextual((context) -> {
			Exchange exchange = new Exchange(Context.of(context));
			MockClientHttpRequest request = new MockClientHttpRequest(method, uri);
			request.setWriteHandler((body) -> Mono.fromRunnable(() -> exchange.begin(request, body)));
			return requestCallback.apply(request).then(exchange.answer.asMono()).doOnCancel(exchange.handling::dispose);
		});
	}

	private final class Exchange {

		private final Context context;

		private final Sinks.One<ClientHttpResponse> answer = Sinks.one();

		private final Disposable.Swap handling = Disposables.swap();

		private final MockServerHttpResponse response = new MockServerHttpResponse();

		private Exchange(Context context) {
			this.context = context;
			this.response.setWriteHandler(this::write);
		}

		private void begin(MockClientHttpRequest request, Flux<DataBuffer> body) {
			ServerHttpRequest served = MockServerHttpRequest.method(request.getMethod(), request.getURI())
				.headers(request.getHeaders())
				.cookies(request.getCookies())
				.body(body);
			this.handling.update(InProcessConnector.this.handler.handle(served, this.response)
				.subscribe(null, this.answer::tryEmitError, () -> emit(Flux.empty()), this.context));
		}

		/**
		 * Completes when the client has read the body to its end.
		 */
		private Mono<Void> write(Flux<DataBuffer> body) {
			Sinks.Empty<Void> read = Sinks.empty();
			emit(body.doOnError(read::tryEmitError)
				.doOnComplete(read::tryEmitEmpty)
				.doOnCancel(this.handling::dispose));
			return read.asMono();
		}

		private void emit(Flux<DataBuffer> body) {
			HttpStatusCode status = this.response.getStatusCode();
			MockClientHttpResponse head = new MockClientHttpResponse((status != null) ? status : HttpStatus.OK);
			head.getHeaders().putAll(this.response.getHeaders());
			head.getCookies().putAll(this.response.getCookies());
			head.setBody(body);
			this.answer.tryEmitValue(head);
		}

	}

}
