package io.github.cometspring.failures;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.SubscriptionListener;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Listeners that throw at each event, also errors, have no effect on clients.
 */
class FailingListenerIT {

	private static final AtomicInteger CALLS = new AtomicInteger();

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientsWhenListenersThrowShouldNotNotice(boolean fastPath) {
		CALLS.set(0);
		try (FailedNode node = FailedNode.start(Listeners.class, "comet.fast-path=" + fastPath,
				"comet.max-connections=5")) {
			Channel other = node.create("other");
			FailedNode.publish(other, "m");
			// Each takes the last slot, and the last of them is refused.
			for (int i = 0; i < 10; i++) {
				try (RawConnection client = RawConnection.open(node.port())) {
					assertThat(
							client.poll("registration=other", "Comet-Cursor: " + Cursor.EARLIEST.token()).read().body())
						.isEqualTo("other:m");
				}
				node.onlySteadyShouldBeLeft();
			}
			try (RawConnection held = RawConnection.open(node.port()).poll("registration=other")) {
				node.steadyShouldBeServed(1);
				// A steady poll that is between two requests would lose its slot to this
				// one.
				Await.until(() -> Arrays.stream(Transport.values())
					.mapToLong((transport) -> node.server().connections(transport))
					.sum() == 5);
				assertThat(node.server().poll("registration=").status()).isEqualTo(503);
				held.reset();
			}
			node.onlySteadyShouldBeLeft();
		}
		assertThat(CALLS.get()).isGreaterThan(20);
	}

	@Configuration(proxyBeanMethods = false)
	static class Listeners {

		@Bean
		SubscriptionListener broken() {
			return throwing(() -> new IllegalStateException("planned"));
		}

		@Bean
		SubscriptionListener fatal() {
			return throwing(() -> new NoClassDefFoundError("planned"));
		}

		@Bean
		SubscriptionListener endless() {
			return throwing(() -> new StackOverflowError("planned"));
		}

		private static SubscriptionListener throwing(Supplier<Throwable> failure) {
			return (SubscriptionListener) Proxy.newProxyInstance(SubscriptionListener.class.getClassLoader(),
					new Class<?>[] { SubscriptionListener.class },
					(proxy, method, arguments) -> switch (method.getName()) {
						case "equals" -> proxy == arguments[0];
						case "hashCode" -> System.identityHashCode(proxy);
						case "toString" -> "broken";
						default -> {
							CALLS.incrementAndGet();
							throw failure.get();
						}
					});
		}

	}

}
