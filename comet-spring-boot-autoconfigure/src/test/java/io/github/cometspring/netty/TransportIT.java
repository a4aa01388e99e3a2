package io.github.cometspring.netty;

import java.util.concurrent.atomic.AtomicReference;

import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.netty.channel.Channel;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that are to run on io_uring do so.
 */
@AlsoOnIoUring
class TransportIT {

	private static final AtomicReference<Channel> LAST = new AtomicReference<>();

	@Test
	void connectionShouldUseTransportThatTestsAreToRunOn() throws ReflectiveOperationException {
		boolean asked = Boolean.getBoolean("testing.io-uring");
		if (asked && !isAvailable()) {
			System.out.println("No io_uring on this machine: the tests for it run on another transport");
			Assumptions.abort("no io_uring");
		}
		try (CometServer server = CometServer.start(new Class<?>[] { Witness.class });
				RawConnection client = RawConnection.open(server.port())) {
			client.request("GET", "/", null, "");
			assertThat(client.read().status()).isEqualTo(404);
			assertThat(LAST.get().getClass().getSimpleName().startsWith("IoUring")).isEqualTo(asked);
		}
	}

	// The class is there only where the tests are to run on it.
	private static boolean isAvailable() throws ReflectiveOperationException {
		return (boolean) Class.forName("io.netty.channel.uring.IoUring").getMethod("isAvailable").invoke(null);
	}

	@Configuration(proxyBeanMethods = false)
	static class Witness {

		@Bean
		NettyServerCustomizer witness() {
			return (server) -> server.doOnChannelInit((observer, channel, address) -> LAST.set(channel));
		}

	}

}
