package io.github.cometspring.test;

import java.net.URI;
import java.util.List;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.WebsocketClientSpec;

import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.client.ReactorNettyWebSocketClient;

/**
 * WebSocket (protocol, section 5) to a server on a port.
 */
final class WebSocketWire implements Wire {

	private static final int LARGEST_FRAME = 64 * 1024 * 1024;

	private final ReactorNettyWebSocketClient client;

	private final URI uri;

	private final HttpHeaders headers;

	private final List<String> grants;

	WebSocketWire(HttpClient httpClient, URI uri, HttpHeaders headers, List<String> grants) {
		this.client = new ReactorNettyWebSocketClient(httpClient,
				() -> WebsocketClientSpec.builder().maxFramePayloadLength(LARGEST_FRAME));
		this.uri = uri;
		this.headers = headers;
		this.grants = grants;
	}

	@Override
	public Mono<Void> run(Reception.Link link) {
		return this.client.execute(this.uri, this.headers, new SocketTalk(link, this.grants))
			.onErrorMap(WebSocketClientHandshakeException.class, WebSocketWire::refusal);
	}

	private static Throwable refusal(WebSocketClientHandshakeException ex) {
		HttpResponse response = ex.response();
		if (response == null) {
			return ex;
		}
		HttpHeaders headers = new HttpHeaders();
		response.headers().forEach((header) -> headers.add(header.getKey(), header.getValue()));
		return new RefusedException(CometRefusal.of(response.status().code(), headers, ""));
	}

}
