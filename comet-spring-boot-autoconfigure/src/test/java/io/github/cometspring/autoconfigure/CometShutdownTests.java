package io.github.cometspring.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.testing.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CometShutdown}.
 */
class CometShutdownTests {

	@ParameterizedTest
	@CsvSource({ "PT30S,PT5S,PT5S", "PT30S,PT28S,PT28S", "PT30S,PT29S,PT28S", "PT5S,PT5S,PT3S", "PT2S,PT5S,PT0S",
			"PT1S,PT5S,PT0S", "PT30S,PT0S,PT0S" })
	void withinShouldLeaveTwoSecondsOfThePhase(Duration phaseTimeout, Duration wanted, Duration expected) {
		assertThat(CometShutdown.within(phaseTimeout, wanted)).isEqualTo(expected);
	}

	@Test
	void stopShouldWaitForPublications() {
		AtomicInteger publications = new AtomicInteger(1);
		Subscriptions subscriptions = new Subscriptions(new InMemoryChannelBroker(null, VirtualTimeScheduler.create()),
				new CometControl(Duration.ofSeconds(1)), null,
				new SubscriptionLimits(5, 3, 1000, Duration.ofSeconds(1)));
		CometShutdown shutdown = new CometShutdown(subscriptions, publications::get, Duration.ofMinutes(1),
				Duration.ofMinutes(2));
		AtomicInteger looks = new AtomicInteger();
		CompletableFuture<Integer> stopped = new CompletableFuture<>();
		shutdown.stop(() -> stopped.complete(publications.get()));
		Await.until(() -> looks.incrementAndGet() > 10);
		assertThat(stopped).isNotDone();
		publications.set(0);
		assertThat(stopped).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(0);
	}

	@Test
	void phaseTimeoutShouldBeThatOfSpringBoot() {
		MockEnvironment environment = new MockEnvironment();
		assertThat(CometShutdown.phaseTimeout(environment)).isEqualTo(Duration.ofSeconds(30));
		environment.setProperty("spring.lifecycle.timeout-per-shutdown-phase", "1m");
		assertThat(CometShutdown.phaseTimeout(environment)).isEqualTo(Duration.ofMinutes(1));
	}

}
