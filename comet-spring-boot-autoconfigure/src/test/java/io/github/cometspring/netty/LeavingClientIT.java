package io.github.cometspring.netty;

import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.resources.LoopResources;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A client that leaves while a request waits behind its poll or stream frees its slot at
 * once, also on a transport that notices the end of a connection only by reading.
 */
class LeavingClientIT {

	@RegisterExtension
	static final ServedClass comet = new ServedClass(new Class<?>[] { PortableTransport.class }, "comet.fast-path=true",
			"comet.timeout=1h", "comet.heartbeat=1h");

	private static final String GET = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n";

	@ParameterizedTest
	@ValueSource(strings = { "close", "reset", "close output" })
	void clientThatLeavesAPollShouldBeNoticed(String how) {
		assertNoticed("POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ocsigen-comet\r\n"
				+ "Content-Length: " + ("registration=" + comet.name()).length() + "\r\n\r\nregistration="
				+ comet.name(), Transport.LEGACY, how);
	}

	@ParameterizedTest
	@ValueSource(strings = { "close", "reset", "close output" })
	void clientThatLeavesAStreamShouldBeNoticed(String how) {
		assertNoticed("GET /comet?channel=" + comet.name()
				+ " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n", Transport.SSE, how);
	}

	private static void assertNoticed(String held, Transport transport, String how) {
		Subscriptions subscriptions = comet.server().bean(Subscriptions.class);
		for (String waiting : new String[] { GET, GET.repeat(3) + GET.substring(0, 9),
				"POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n" + "x".repeat(4_000) }) {
			RawConnection client = comet.connect().send(held + waiting);
			Await.until(() -> comet.channel().subscribers() == 1);
			// In a read of its own
			client.send((waiting.length() > 1_000) ? "x" : "");
			switch (how) {
				case "close" -> client.close();
				case "reset" -> client.reset();
				default -> client.closeOutput();
			}
			Await.until(() -> comet.channel().subscribers() == 0 && subscriptions.connections(transport) == 0);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class PortableTransport {

		@Bean(destroyMethod = "dispose")
		LoopResources portableLoops() {
			return LoopResources.create("portable", 1, true);
		}

		@Bean
		NettyServerCustomizer portable(LoopResources loops) {
			return (server) -> server.runOn(loops, false);
		}

	}

}
