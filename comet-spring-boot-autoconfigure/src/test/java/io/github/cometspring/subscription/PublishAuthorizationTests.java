package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.util.List;

import io.github.cometspring.security.PublishKeys;
import io.github.cometspring.web.SchedulerClientSockets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who a publisher is.
 */
class PublishAuthorizationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final PublishAuthorization authorization = new PublishAuthorization(new PublishKeys(List.of()),
			(principal, channel) -> Mono.just(true), PATIENCE);

	@AfterEach
	void dispose() {
		this.time.dispose();
	}

	private String publisher(@Nullable Principal principal) {
		EventLoop loop = new SchedulerClientSockets(this.time, 1, PATIENCE).of(null).loop();
		return this.authorization.permit(Caller.of(Mono.justOrEmpty(principal)), List.of("a"), loop)
			.map(PublishAuthorization.Permission::publisher)
			.block(PATIENCE);
	}

	@Test
	void userWithoutNameShouldNotBeTakenForAnother() {
		String nobody = publisher(null);
		assertThat(publisher(() -> null)).isNotEqualTo(nobody);
		assertThat(publisher(() -> "")).isNotEqualTo(nobody);
		assertThat(publisher(() -> nobody)).isNotEqualTo(nobody);
		assertThat(publisher(() -> "ada")).isNotEqualTo(nobody).isNotEqualTo(publisher(() -> "bob"));
		assertThat(publisher(new AnonymousAuthenticationToken("key", "ada", AuthorityUtils.createAuthorityList("ANY"))))
			.isEqualTo(nobody);
	}

}
