package io.github.cometspring.web;

import java.security.Principal;

import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Who asks for channels on a connection whose request is over: what an authorizer gets to
 * know of the request, and no more of it is kept.
 *
 * @param principal the user who is logged in, or empty
 * @param context the Reactor context of the request, with what the application's filters
 * have put there
 */
record Requester(Mono<? extends Principal> principal, Context context) {

	/**
	 * Nobody wants to know: very many connections may be open, and keep nothing of their
	 * requests.
	 */
	static final Requester UNKNOWN = new Requester(Mono.empty(), Context.empty());

}
