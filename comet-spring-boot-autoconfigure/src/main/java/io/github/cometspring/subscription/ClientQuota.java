package io.github.cometspring.subscription;

import java.security.Principal;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.UnaryOperator;

import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What one client has taken of the limits for each address and for each user.
 * Thread-safe.
 */
final class ClientQuota {

	private static final AtomicReferenceFieldUpdater<ClientQuota, @Nullable String> USER = AtomicReferenceFieldUpdater
		.newUpdater(ClientQuota.class, String.class, "user");

	private final ClientQuotas quotas;

	private final @Nullable Object address;

	/**
	 * The user for whom the client counts.
	 */
	@SuppressWarnings("unused") // by the updater
	private volatile @Nullable String user;

	private volatile boolean identified;

	private volatile boolean released;

	/**
	 * Creates the quota of a client.
	 * @param quotas the limits
	 * @param address the key of the address for which it has been counted, or
	 * {@code null} for none
	 */
	ClientQuota(ClientQuotas quotas, @Nullable Object address) {
		this.quotas = quotas;
		this.address = address;
	}

	/**
	 * Whether the user of the client has to be known, and is not known yet.
	 */
	boolean needsUser() {
		return this.quotas.users() != null && !this.identified;
	}

	/**
	 * Counts the client for its user, once.
	 * @param principal the user who is logged in, or empty
	 * @param refused makes the error to be returned from the refusal, if the user has too
	 * many connections
	 * @return completes empty, with the error that {@code refused} has made, or with that
	 * of {@code principal}
	 */
	Mono<Void> identify(Mono<? extends Principal> principal, UnaryOperator<SubscriptionRejectedException> refused) {
		return principal.doOnNext(this::take).then().onErrorMap(SubscriptionRejectedException.class, refused);
	}

	private void take(Principal principal) {
		KeyedLimit users = this.quotas.users();
		String name = Caller.isLoggedIn(principal) ? principal.getName() : null;
		if (users == null || name == null || this.identified) {
			return;
		}
		if (!users.take(name)) {
			throw SubscriptionRejectedException.tooManyOf(Reason.TOO_MANY_OF_USER,
					"Too many connections of this user: at most %d (comet.max-connections-per-user)"
						.formatted(users.limit()),
					name);
		}
		this.identified = true;
		this.user = name;
		if (this.released) {
			releaseUser();
		}
	}

	/**
	 * Releases everything that the client has taken. To be called once.
	 */
	void release() {
		KeyedLimit addresses = this.quotas.addresses();
		if (addresses != null && this.address != null) {
			addresses.release(this.address);
		}
		this.released = true;
		releaseUser();
	}

	private void releaseUser() {
		String user = USER.getAndSet(this, null);
		KeyedLimit users = this.quotas.users();
		if (users != null && user != null) {
			users.release(user);
		}
	}

}
