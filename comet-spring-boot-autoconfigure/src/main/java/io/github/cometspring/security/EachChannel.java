package io.github.cometspring.security;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Asks an authorizer for each channel of a request. If the authorizer throws, fails,
 * completes empty or returns {@code null}, the channel is refused. Errors go to the hook
 * for dropped errors of the subscriber's context, which counts and limits what is logged.
 */
final class EachChannel {

	/**
	 * The number of channels of one client that are decided at the same time.
	 */
	private static final int AT_ONCE = 16;

	private final ChannelAuthorizer authorizer;

	EachChannel(ChannelAuthorizer authorizer) {
		this.authorizer = authorizer;
	}

	Mono<ReadDecisions> authorize(ReadRequest request) {
		return Mono.deferContextual((context) -> Flux.fromIterable(request.channels())
			.flatMap((channel) -> mayRead(request, channel, context)
				.map((permitted) -> Map.entry(channel, decision(request, permitted))), AT_ONCE)
			// A publisher that answers twice permits only if it does so twice.
			.collect(HashMap<String, ReadDecision>::new,
					(decisions, entry) -> decisions.merge(entry.getKey(), entry.getValue(), ReadDecision::and))
			.map(ReadDecisions::of));
	}

	private static ReadDecision decision(ReadRequest request, boolean permitted) {
		return permitted ? ReadDecision.permitted(request.expiry()) : ReadDecision.REFUSED;
	}

	private Mono<Boolean> mayRead(ReadRequest request, String channel, ContextView context) {
		Mono<Boolean> answer;
		try {
			answer = Objects.requireNonNull(this.authorizer.mayRead(request.principal(), channel));
		}
		// Also errors, because the client must get an answer.
		catch (Throwable ex) {
			return refuse(ex, context);
		}
		return answer.defaultIfEmpty(false).onErrorResume((ex) -> refuse(ex, context));
	}

	private static Mono<Boolean> refuse(Throwable failure, ContextView context) {
		Operators.onErrorDropped(failure, Context.of(context));
		return Mono.just(false);
	}

}
