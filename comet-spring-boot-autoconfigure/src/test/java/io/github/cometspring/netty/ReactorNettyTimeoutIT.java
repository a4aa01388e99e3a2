package io.github.cometspring.netty;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the timeouts of Reactor Netty for requests do to clients that wait.
 */
class ReactorNettyTimeoutIT {

	private static final Duration TIMEOUT = Duration.ofMillis(400);

	@ParameterizedTest
	@ValueSource(classes = { RequestTimeout.class, ReadTimeout.class })
	void pollWhenRequestTimeoutIsSetShouldTakeTheDefaultPath(Class<?> application) {
		try (CometServer server = CometServer.start(new Class<?>[] { application })) {
			Route.assertDefaultPath(server, "/comet");
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { RequestTimeout.class, ReadTimeout.class })
	void pollAndStreamShouldOutliveIt(Class<?> application) {
		try (CometServer server = start(application); RawConnection poll = RawConnection.open(server.port())) {
			Channel channel = server.create("a");
			try (RawEventStream stream = RawEventStream.open(server.port(), "channel=a")) {
				poll.poll("registration=a");
				// Held for longer than the timeout
				assertThat(poll.read().status()).isEqualTo(200);
				channel.publish("hello").block();
				assertThat(stream.message().data()).contains("hello");
			}
		}
	}

	/** The timer of the handshake's request is never stopped. */
	@ParameterizedTest
	@ValueSource(classes = { RequestTimeout.class, ReadTimeout.class })
	void webSocketShouldBeCutByIt(Class<?> application) {
		try (CometServer server = start(application); RawWebSocket socket = RawWebSocket.open(server.port())) {
			server.create("a");
			assertThat(socket.send("{\"subscribe\":[\"a\"]}").text()).contains("cursor");
			assertThat(socket.connection().drain()).isTrue();
		}
	}

	private static CometServer start(Class<?> application) {
		return CometServer.start(new Class<?>[] { application },
				"comet.timeout=" + TIMEOUT.multipliedBy(4).toMillis() + "ms", "comet.heartbeat=1h");
	}

	@Configuration(proxyBeanMethods = false)
	static class RequestTimeout {

		@Bean
		NettyServerCustomizer requestTimeout() {
			return (server) -> server.requestTimeout(TIMEOUT);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ReadTimeout {

		@Bean
		NettyServerCustomizer readTimeout() {
			return (server) -> server.readTimeout(TIMEOUT);
		}

	}

}
