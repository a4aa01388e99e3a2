package io.github.cometspring.test;

import reactor.core.publisher.Mono;

import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * Turns answers that serve nothing into errors.
 */
final class Refusals {

	private Refusals() {
	}

	/**
	 * The error for an answer.
	 * @param response the answer
	 * @return the {@link RefusedException}
	 */
	static <T> Mono<T> fail(ClientResponse response) {
		return response.bodyToMono(String.class)
			.defaultIfEmpty("")
			.flatMap((body) -> Mono.error(new RefusedException(
					CometRefusal.of(response.statusCode().value(), response.headers().asHttpHeaders(), body))));
	}

}
