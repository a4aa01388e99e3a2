package io.github.cometspring.autoconfigure;

import java.net.URI;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.adapter.DefaultServerWebExchange;
import org.springframework.web.server.i18n.AcceptHeaderLocaleContextResolver;

/**
 * A request that no client has sent, without a body: it asks routes whether they would
 * take it.
 */
final class UnsentRequest extends AbstractServerHttpRequest {

	private UnsentRequest(HttpMethod method, String path, HttpHeaders headers) {
		super(method, URI.create(path), null, headers);
	}

	/**
	 * The exchange of a request whose answer goes nowhere.
	 * @param method the method
	 * @param path the path
	 * @param contentType the media type
	 * @return the exchange
	 */
	static ServerWebExchange exchange(HttpMethod method, String path, MediaType contentType) {
		HttpHeaders headers = new HttpHeaders();
		headers.setContentType(contentType);
		return new DefaultServerWebExchange(new UnsentRequest(method, path, headers), new NoResponse(),
				(exchange) -> Mono.empty(), ServerCodecConfigurer.create(), new AcceptHeaderLocaleContextResolver());
	}

	@Override
	public Flux<DataBuffer> getBody() {
		return Flux.empty();
	}

	@Override
	protected MultiValueMap<String, HttpCookie> initCookies() {
		return new LinkedMultiValueMap<>();
	}

	@Override
	protected @Nullable SslInfo initSslInfo() {
		return null;
	}

	@Override
	@SuppressWarnings("TypeParameterUnusedInFormals") // as Spring declares it
	public <T> T getNativeRequest() {
		throw new IllegalStateException("No server has received this request");
	}

	private static final class NoResponse extends AbstractServerHttpResponse {

		private NoResponse() {
			super(DefaultDataBufferFactory.sharedInstance);
		}

		@Override
		@SuppressWarnings("TypeParameterUnusedInFormals") // as Spring declares it
		public <T> T getNativeResponse() {
			throw new IllegalStateException("No server sends this response");
		}

		@Override
		protected Mono<Void> writeWithInternal(Publisher<? extends DataBuffer> body) {
			return Mono.empty();
		}

		@Override
		protected Mono<Void> writeAndFlushWithInternal(Publisher<? extends Publisher<? extends DataBuffer>> body) {
			return Mono.empty();
		}

		@Override
		protected void applyStatusCode() {
		}

		@Override
		protected void applyHeaders() {
		}

		@Override
		protected void applyCookies() {
		}

	}

}
