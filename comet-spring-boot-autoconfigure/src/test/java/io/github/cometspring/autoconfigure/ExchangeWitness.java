package io.github.cometspring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import org.springframework.web.server.WebSession;

/**
 * Records what is done with an exchange when its handler is done.
 */
final class ExchangeWitness extends ServerWebExchangeDecorator {

	private final List<String> calls = new ArrayList<>();

	private boolean handled;

	ExchangeWitness(ServerWebExchange delegate) {
		super(delegate);
	}

	/**
	 * The handler is done.
	 */
	void handled() {
		this.handled = true;
	}

	/**
	 * What has been done since then.
	 */
	List<String> calls() {
		return this.calls;
	}

	private void record(String call) {
		if (this.handled) {
			this.calls.add(call);
		}
	}

	@Override
	public ServerHttpRequest getRequest() {
		record("getRequest");
		return super.getRequest();
	}

	@Override
	public Map<String, Object> getAttributes() {
		record("getAttributes");
		return super.getAttributes();
	}

	@Override
	public Mono<WebSession> getSession() {
		return super.getSession().doOnNext((session) -> record("getSession"));
	}

	@Override
	public Mono<MultiValueMap<String, String>> getFormData() {
		record("getFormData");
		return super.getFormData();
	}

	@Override
	public ServerHttpResponse getResponse() {
		record("getResponse");
		return new ServerHttpResponseDecorator(super.getResponse()) {

			@Override
			public HttpHeaders getHeaders() {
				record("getHeaders");
				return super.getHeaders();
			}

			@Override
			public MultiValueMap<String, ResponseCookie> getCookies() {
				record("getCookies");
				return super.getCookies();
			}

			@Override
			public boolean setStatusCode(HttpStatusCode status) {
				record("setStatusCode");
				return super.setStatusCode(status);
			}

			@Override
			public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
				record("writeWith");
				return super.writeWith(body);
			}

			@Override
			public Mono<Void> setComplete() {
				record("setComplete");
				return super.setComplete();
			}

		};
	}

}
