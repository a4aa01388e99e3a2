package io.github.cometspring.security;

import java.security.Principal;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Permits the channels for which the client presents a valid grant, whoever the user is,
 * until the grant ends. It verifies the signature and looks nothing up.
 * <p>
 * It decides alone if the application has keys ({@code comet.grants.keys}) and no
 * {@link ChannelAuthorizer} of its own. To permit more channels, combine it:
 * {@code grants.or(other)}.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class GrantAuthorizer implements ChannelAuthorizer {

	private final SignedGrants grants;

	/**
	 * Creates an authorizer.
	 * @param grants verifies grants
	 */
	public GrantAuthorizer(SignedGrants grants) {
		this.grants = grants;
	}

	/**
	 * Whether any grant can be valid.
	 * @return {@code false} if no key is configured
	 */
	public boolean hasKeys() {
		return this.grants.hasKeys();
	}

	/**
	 * Refuses, as there are no grants without a request.
	 */
	@Override
	public Mono<Boolean> mayRead(@Nullable Principal principal, String channel) {
		return Mono.just(false);
	}

	@Override
	public Mono<ReadDecisions> authorize(ReadRequest request) {
		return Mono.fromSupplier(() -> decide(request));
	}

	private ReadDecisions decide(ReadRequest request) {
		Map<String, Instant> ends = new HashMap<>();
		for (String token : request.grants()) {
			SignedGrants.Grant grant = this.grants.verify(token);
			if (grant != null) {
				ends.merge(grant.channel(), grant.end(), (one, other) -> one.isAfter(other) ? one : other);
			}
		}
		Map<String, ReadDecision> decisions = new HashMap<>();
		for (String channel : request.channels()) {
			Instant end = ends.get(channel);
			decisions.put(channel, (end != null) ? ReadDecision.permitted(end) : ReadDecision.REFUSED);
		}
		return ReadDecisions.of(decisions);
	}

}
