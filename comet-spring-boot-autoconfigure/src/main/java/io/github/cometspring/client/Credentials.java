package io.github.cometspring.client;

import java.util.List;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;

/**
 * What the client shows with one request.
 *
 * @param token the bearer token, or an empty text for none
 * @param grants the signed grants
 */
record Credentials(String token, List<String> grants) {

	/**
	 * The credentials for the next request.
	 * @param options have their sources
	 * @return the credentials, or the error of a source
	 */
	static Mono<Credentials> of(CometClientOptions options) {
		return Mono.zip(options.token().defaultIfEmpty(""), options.grants().defaultIfEmpty(List.of()),
				Credentials::new);
	}

	void logIn(HttpHeaders headers) {
		if (!this.token.isEmpty()) {
			headers.setBearerAuth(this.token);
		}
	}

	/**
	 * Tells nothing, because all of it is secret.
	 */
	@Override
	public String toString() {
		return "Credentials";
	}

}
