package io.github.cometspring.security;

import java.security.Principal;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Permits the channels that one of two authorizers permits. Both are asked at the same
 * time. If one of them fails, the other decides.
 */
final class EitherAuthorizer implements ChannelAuthorizer {

	private final ChannelAuthorizer first;

	private final ChannelAuthorizer second;

	EitherAuthorizer(ChannelAuthorizer first, ChannelAuthorizer second) {
		this.first = Objects.requireNonNull(first);
		this.second = Objects.requireNonNull(second);
	}

	@Override
	public Mono<Boolean> mayRead(@Nullable Principal principal, String channel) {
		return authorize(ReadRequest.of(principal, List.of(channel)))
			.map((decisions) -> decisions.on(channel).permitted());
	}

	@Override
	public Mono<ReadDecisions> authorize(ReadRequest request) {
		return Mono.zip(ask(this.first, request), ask(this.second, request), ReadDecisions::or);
	}

	private static Mono<ReadDecisions> ask(ChannelAuthorizer authorizer, ReadRequest request) {
		Mono<ReadDecisions> decisions;
		try {
			decisions = Objects.requireNonNull(authorizer.authorize(request));
		}
		// Also errors, because the other authorizer may permit.
		catch (Throwable ex) {
			return refuse(ex);
		}
		return decisions.onErrorResume(EitherAuthorizer::refuse).defaultIfEmpty(ReadDecisions.refuseAll());
	}

	private static Mono<ReadDecisions> refuse(Throwable failure) {
		return Mono.deferContextual((context) -> {
			Operators.onErrorDropped(failure, Context.of(context));
			return Mono.just(ReadDecisions.refuseAll());
		});
	}

}
