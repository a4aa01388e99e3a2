package io.github.cometspring.web;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * Keeps who has polled, so that the filters of the application are not asked at each poll
 * (protocol, section 2). Implementations are thread-safe and do not block.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface KeptLogins {

	/**
	 * Keeps nothing: the filters are asked at each poll.
	 */
	KeptLogins NONE = (exchange) -> Mono.empty();

	/**
	 * Who has sent a request that has just passed the filters. To be subscribed to at
	 * once, with the Reactor context of the request.
	 * @param exchange the exchange of the request, which must not be kept
	 * @return the log-in, or empty if the filters have to be asked each time
	 */
	Mono<KeptLogin> of(ServerWebExchange exchange);

}
