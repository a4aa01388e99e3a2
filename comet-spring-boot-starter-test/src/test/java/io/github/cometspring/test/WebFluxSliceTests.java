package io.github.cometspring.test;

import java.security.Principal;

import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.typed.TypedChannels;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration;
import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * Tests for {@link CometTester} in the slice of an application's controllers, without
 * Spring Security.
 */
@WebFluxTest(controllers = WebFluxSliceTests.Bids.class,
		excludeAutoConfiguration = ReactiveWebSecurityAutoConfiguration.class)
@ContextConfiguration(classes = { OpenApplication.class, WebFluxSliceTests.Bids.class, WebFluxSliceTests.Rights.class })
@AutoConfigureCometTester
class WebFluxSliceTests {

	@Autowired
	private WebTestClient client;

	@Autowired
	private CometTester comet;

	@Autowired
	private TypedChannels channels;

	@Test
	void controllerShouldPublish() {
		this.channels.obtain("bids", Integer.class).block();
		TestSubscription page = this.comet.subscribe("bids");
		this.client.post().uri("/bids").bodyValue(42).exchange().expectStatus().isOk();
		page.expectValue(42);
	}

	@Test
	void userShouldBeKnown() {
		this.channels.obtain("accounts/anna", String.class).block();
		this.comet.asUser("anna").subscribe("accounts/anna");
		this.comet.asUser("bob").expectRefused(CometRefusal.Reason.FORBIDDEN, "accounts/anna");
		this.comet.expectRefused(CometRefusal.Reason.FORBIDDEN, "accounts/anna");
	}

	@RestController
	static class Bids {

		private final TypedChannels channels;

		Bids(TypedChannels channels) {
			this.channels = channels;
		}

		@PostMapping("/bids")
		Mono<Void> bid(@RequestBody int amount) {
			return this.channels.obtain("bids", Integer.class).flatMap((bids) -> bids.publish(amount)).then();
		}

	}

	static class Rights {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (Principal principal, String channel) -> Mono.just(!channel.startsWith("accounts/")
					|| (principal != null && channel.equals("accounts/" + principal.getName())));
		}

	}

}
