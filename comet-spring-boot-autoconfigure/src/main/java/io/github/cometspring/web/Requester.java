package io.github.cometspring.web;

import java.security.Principal;

import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * The data of a completed request that authorizers need when its WebSocket asks for
 * channels later.
 *
 * @param principal the user who is logged in, or empty
 * @param context the Reactor context of the request, with the values that the
 * application's filters have put there
 */
record Requester(Mono<? extends Principal> principal, Context context) {

	/**
	 * Without data, where there is no authorizer: many connections may be open, and each
	 * would keep its request's data in memory.
	 */
	static final Requester UNKNOWN = new Requester(Mono.empty(), Context.empty());

}
