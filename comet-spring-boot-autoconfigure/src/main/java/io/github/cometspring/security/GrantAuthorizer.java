package io.github.cometspring.security;

import java.security.Principal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.github.cometspring.channel.GrantToken;
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
		Set<String> channels = new HashSet<>(request.channels());
		Map<String, ReadDecision> decisions = new HashMap<>();
		for (String text : request.grants()) {
			GrantToken grant = GrantToken.parse(text);
			if (grant != null && channels.contains(grant.channel()) && this.grants.verify(grant)) {
				decisions.merge(grant.channel(), ReadDecision.permitted(grant.end()), ReadDecision::or);
			}
		}
		return ReadDecisions.of(decisions);
	}

}
