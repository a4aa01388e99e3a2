package io.github.cometspring.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.DigestUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Serves the browser client, an ES module. Browsers revalidate it at each load, so that a
 * page never runs with the client of another version of the server.
 * <p>
 * Thread-safe.
 */
final class BrowserClientHandler implements WebHandler {

	private static final String RESOURCE = "/META-INF/comet/comet.js";

	private static final String MEDIA_TYPE = "text/javascript;charset=UTF-8";

	private final byte[] script;

	private final String etag;

	BrowserClientHandler() {
		this.script = load();
		this.etag = '"' + DigestUtils.md5DigestAsHex(this.script) + '"';
	}

	private static byte[] load() {
		try (InputStream in = BrowserClientHandler.class.getResourceAsStream(RESOURCE)) {
			if (in == null) {
				throw new IllegalStateException("No " + RESOURCE + " on the class path");
			}
			return in.readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		ServerHttpResponse response = exchange.getResponse();
		ResponseHeaders.setCommon(response);
		HttpMethod method = exchange.getRequest().getMethod();
		if (!HttpMethod.GET.equals(method) && !HttpMethod.HEAD.equals(method)) {
			response.getHeaders().set(HttpHeaders.ALLOW, "GET, HEAD");
			return PlainText.answer(response, HttpStatus.METHOD_NOT_ALLOWED, "Use GET or HEAD");
		}
		response.getHeaders().setCacheControl("no-cache");
		if (exchange.checkNotModified(this.etag)) {
			return response.setComplete();
		}
		return ResponseBody.write(response, HttpStatus.OK, MEDIA_TYPE, this.script);
	}

}
