package io.github.cometspring.autoconfigure;

import java.security.Principal;
import java.time.Duration;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.ReadDecisions;
import io.github.cometspring.security.ReadRequest;
import io.github.cometspring.subscription.Authorization;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application whose {@link Subscriptions} have an authorizer that is no bean. It sees
 * the request, also if it decides late, where no refusal on the fast path could be taken
 * back.
 */
@OneNodeOnly("Its subscriptions are those of one node")
class OwnSubscriptionsIT {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	@Test
	void authorizerOfOwnSubscriptionsShouldSeeTheRequest() {
		try (CometServer server = CometServer.start(new Class<?>[] { Own.class });
				RawConnection client = RawConnection.open(server.port())) {
			server.create("beta").publish("new").block(PATIENCE);
			RawConnection.Answer answer = client
				.request("POST", "/comet", "application/json", "{\"channels\":[\"beta\"],\"cursor\":\"earliest\"}",
						"X-Beta: yes")
				.read();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).contains("\"new\"");
		}
	}

	private static final class LateAuthorizer implements ChannelAuthorizer {

		@Override
		public Mono<Boolean> mayRead(@Nullable Principal principal, String channel) {
			return Mono.just(false);
		}

		@Override
		public Mono<ReadDecisions> authorize(ReadRequest request) {
			ReadDecisions decisions = request.headers().containsKey("X-Beta") ? ReadDecisions.permitAll(request)
					: ReadDecisions.refuseAll();
			return Mono.delay(Duration.ofMillis(20)).thenReturn(decisions);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Own {

		@Bean
		Subscriptions subscriptions(ChannelBroker broker, CometControl control) {
			return new Subscriptions(broker, control, new Authorization(new LateAuthorizer(), PATIENCE),
					new SubscriptionLimits(null, 100, 1_000_000, Duration.ofSeconds(15)));
		}

	}

}
