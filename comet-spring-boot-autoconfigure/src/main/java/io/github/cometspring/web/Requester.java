package io.github.cometspring.web;

import java.util.List;

import io.github.cometspring.subscription.Caller;
import reactor.util.context.Context;

/**
 * The data of a completed request that authorizers need when its WebSocket asks for
 * channels later.
 *
 * @param caller who asks
 * @param context the Reactor context of the request, with the values that the
 * application's filters have put there
 */
record Requester(Caller caller, Context context) {

	/**
	 * Without data, where there is no authorizer: many connections may be open, and each
	 * would keep its request's data in memory.
	 */
	static final Requester UNKNOWN = new Requester(Caller.UNKNOWN, Context.empty());

	/**
	 * The same requester, with other signed grants.
	 */
	Requester presenting(List<String> grants) {
		return !equals(UNKNOWN) ? new Requester(this.caller.withGrants(grants), this.context) : this;
	}

}
