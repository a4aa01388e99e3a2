package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;

import io.netty.util.AsciiString;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Answers with a sentence of plain text.
 */
final class PlainText {

	static final String MEDIA_TYPE = "text/plain;charset=UTF-8";

	static final AsciiString ENCODED_MEDIA_TYPE = new AsciiString(MEDIA_TYPE);

	private PlainText() {
	}

	/**
	 * Answers with a sentence.
	 * @param response the response
	 * @param status the status
	 * @param sentence the sentence
	 * @return completes when it is written
	 */
	static Mono<Void> answer(ServerHttpResponse response, HttpStatus status, String sentence) {
		return ResponseBody.write(response, status, MEDIA_TYPE, sentence.getBytes(StandardCharsets.UTF_8));
	}

}
