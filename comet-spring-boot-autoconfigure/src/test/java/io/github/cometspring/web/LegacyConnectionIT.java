package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.netty.resources.LoopResources;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Polls and their connections: pipelining, closing, and disconnected clients. One class,
 * as all of it runs on each transport of the server.
 */
@AlsoOnIoUring
class LegacyConnectionIT {

	private static final String POLL = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/x-ocsigen-comet\r\n";

	private static final Duration SOON = Duration.ofSeconds(1);

	@TestInstance(TestInstance.Lifecycle.PER_CLASS)
	abstract static class OnTransport {

		@RegisterExtension
		final QuietLog log;

		private final Class<?>[] configuration;

		CometServer server;

		OnTransport(QuietLog log, Class<?>... configuration) {
			this.log = log;
			this.configuration = configuration;
		}

		@BeforeAll
		void start() {
			this.server = CometServer.start(this.configuration, "comet.write-timeout=500ms",
					"comet.max-message-size=32MB", "comet.max-response-size=64MB");
		}

		@AfterAll
		void stop() {
			this.server.close();
		}

		@AfterEach
		void closeChannels() {
			this.server.channels().list().flatMap(Channel::close).blockLast();
		}

		@Test
		void connectionShouldServeOnePollAfterTheOther() {
			Channel channel = this.server.create("a");
			try (RawConnection client = RawConnection.open(this.server.port())) {
				for (int i = 0; i < 5; i++) {
					client.poll("registration=a");
					Await.until(() -> channel.subscribers() == 1);
					channel.publish("m" + i).block();
					assertThat(client.read().body()).isEqualTo("a:m" + i);
				}
				assertThat(client.poll("").read().status()).isEqualTo(400);
				assertThat(client.poll("registration=x").read().status()).isEqualTo(200);
			}
		}

		@Test
		void pollWhenPipelinedShouldBeAnsweredInItsTurn() {
			Channel channel = this.server.create("a");
			try (RawConnection client = RawConnection.open(this.server.port())) {
				client.send((POLL + "Content-Length: 14\r\n\r\nregistration=a").repeat(2) + POLL
						+ "Content-Length: 14\r\n\r\nregistration=x");
				Await.until(() -> channel.subscribers() == 1);
				assertThat(client.hasAnswer()).isFalse();
				channel.publish("1").block();
				assertThat(client.read().body()).isEqualTo("a:1");
				Await.until(() -> channel.subscribers() == 1);
				channel.publish("2").block();
				assertThat(client.read().body()).isEqualTo("a:2");
				assertThat(client.read().body()).isEqualTo("x:ENDED_CHANNEL");
			}
		}

		@Test
		void pollWhenHttp10ShouldBeAnsweredAndConnectionClosed() {
			Channel channel = this.server.create("a");
			try (RawConnection client = RawConnection.open(this.server.port())) {
				client.send("POST /comet HTTP/1.0\r\nContent-Type: application/x-ocsigen-comet\r\n"
						+ "Content-Length: 14\r\n\r\nregistration=a");
				Await.until(() -> channel.subscribers() == 1);
				channel.publish("m").block();
				Answer answer = client.read();
				assertThat(answer.status()).isEqualTo(200);
				assertThat(answer.header("Transfer-Encoding")).isNull();
				assertThat(answer.body()).isEqualTo("a:m");
				assertThat(client.isClosedByServer()).isTrue();
			}
		}

		@Test
		void pollWhenClientWantsConnectionClosedShouldCloseIt() {
			try (RawConnection client = RawConnection.open(this.server.port())) {
				assertThat(client.poll("registration=x", "Connection: close").read().body())
					.isEqualTo("x:ENDED_CHANNEL");
				assertThat(client.isClosedByServer()).isTrue();
			}
		}

		@Test
		void pollWhenBodyComesInPiecesShouldWaitForAllOfIt() {
			try (RawConnection client = RawConnection.open(this.server.port())) {
				client.send(POLL + "Transfer-Encoding: chunked\r\n\r\n");
				"registration=%u0061".chars().forEach((c) -> client.send("1\r\n" + (char) c + "\r\n"));
				assertThat(client.hasAnswer()).isFalse();
				assertThat(client.send("0\r\n\r\n").read().body()).isEqualTo("a:ENDED_CHANNEL");
			}
		}

		@Test
		void pollWhenClientExpectsContinueShouldAskForTheBody() {
			try (RawConnection client = RawConnection.open(this.server.port())) {
				client.send(POLL + "Expect: 100-continue\r\nContent-Length: 14\r\n\r\n");
				Await.until(client::hasAnswer);
				assertThat(client.send("registration=x").read().body()).isEqualTo("x:ENDED_CHANNEL");
			}
		}

		static Stream<Named<Consumer<RawConnection>>> disconnections() {
			return Stream.of(Named.of("FIN", RawConnection::close), Named.of("RST", RawConnection::reset),
					Named.of("half-close", RawConnection::closeOutput));
		}

		@ParameterizedTest
		@MethodSource("disconnections")
		void pollWhenClientGoesAwayShouldNoLongerCount(Consumer<RawConnection> disconnection) {
			Channel a = this.server.create("a");
			Channel b = this.server.create("b");
			try (RawConnection client = RawConnection.open(this.server.port())) {
				client.poll("registration=a%0Ab");
				Await.until(() -> a.subscribers() == 1 && b.subscribers() == 1);
				disconnection.accept(client);
				Await.within(SOON, () -> a.subscribers() == 0 && b.subscribers() == 0);
				Await.within(SOON, () -> connections() == 0);
			}
			assertThat(a.deliver("m").block()).extracting(Outcome::delivered, Outcome::failed).isEqualTo(List.of(0, 0));
		}

		@ParameterizedTest
		@MethodSource("disconnections")
		void pollWhenClientGoesAwayWithAnAnswerBehindItShouldNoLongerCount(Consumer<RawConnection> disconnection) {
			Channel a = this.server.create("a");
			try (RawConnection client = RawConnection.open(this.server.port())) {
				assertThat(client.poll("registration=x").read().status()).isEqualTo(200);
				client.poll("registration=a");
				Await.until(() -> a.subscribers() == 1);
				disconnection.accept(client);
				Await.within(SOON, () -> a.subscribers() == 0);
			}
		}

		@ParameterizedTest
		@MethodSource("disconnections")
		void pollWhenClientGoesAwayAmidTheBodyShouldNoLongerCount(Consumer<RawConnection> disconnection) {
			try (RawConnection client = RawConnection.open(this.server.port())) {
				client.send(POLL + "Content-Length: 14\r\n\r\nregis");
				Await.until(() -> connections() == 1);
				disconnection.accept(client);
				Await.within(SOON, () -> connections() == 0);
			}
		}

		@Test
		void deliverWhenClientGoesAwayAtTheSameTimeShouldComplete() {
			Channel channel = this.server.create("a");
			for (int i = 0; i < 20; i++) {
				RawConnection client = RawConnection.open(this.server.port());
				client.poll("registration=a");
				Await.until(() -> channel.subscribers() == 1);
				client.reset();
				Outcome outcome = channel.deliver("m").block(SOON);
				assertThat(outcome).isNotNull();
				assertThat(outcome.delivered() + outcome.failed()).isLessThanOrEqualTo(1);
				Await.within(SOON, () -> channel.subscribers() == 0);
			}
		}

		@OneNodeOnly("deliver() waits for the clients of its own node")
		@Test
		void deliverWhenClientDoesNotReadShouldFailAfterWriteTimeout() {
			Channel channel = this.server.create("a");
			String large = "x".repeat(16 * 1024 * 1024);
			try (RawConnection stuck = RawConnection.open(this.server.port(), 4096);
					RawConnection quick = RawConnection.open(this.server.port())) {
				stuck.poll("registration=a");
				quick.poll("registration=a");
				Await.until(() -> channel.subscribers() == 2);
				var outcome = channel.deliver(large).toFuture();
				assertThat(quick.read().bytes()).hasSize(large.length() + 2);
				assertThat(outcome).succeedsWithin(Duration.ofSeconds(5))
					.extracting(Outcome::delivered, Outcome::failed)
					.isEqualTo(List.of(1, 1));
				assertThat(channel.subscribers()).isZero();
				// Some bytes in flight may still be read, but not all of the answer,
				// before the connection ends.
				byte[] start = "HTTP/1.1 200 OK".getBytes(StandardCharsets.US_ASCII);
				assertThat(stuck.readToEnd()).startsWith(start).hasSizeLessThan(large.length());
				Await.within(SOON, () -> connections() == 0);
			}
		}

		private int connections() {
			return this.server.connections(Transport.LEGACY);
		}

	}

	@Nested
	class OnDefaultTransport extends OnTransport {

		OnDefaultTransport() {
			super(new QuietLog());
		}

	}

	@Nested
	class OnNio extends OnTransport {

		OnNio() {
			// Reactor Netty logs connections that are reset during a held poll.
			super(new QuietLog("reactor.netty.channel.FluxReceive"), NioConfiguration.class);
		}

		@Test
		void transportShouldBeNio() {
			assertThat(this.server.bean(LoopResources.class).onServer(true)).isInstanceOfSatisfying(
					IoEventLoopGroup.class, (group) -> assertThat(group.isIoType(NioIoHandler.class)).isTrue());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NioConfiguration {

		@Bean(destroyMethod = "dispose")
		LoopResources loopResources() {
			LoopResources resources = LoopResources.create("plain", 2, true);
			return new LoopResources() {

				@Override
				public EventLoopGroup onServer(boolean useNative) {
					return resources.onServer(false);
				}

				@Override
				public EventLoopGroup onServerSelect(boolean useNative) {
					return resources.onServerSelect(false);
				}

				@Override
				public void dispose() {
					resources.dispose();
				}

			};
		}

		@Bean
		ReactorResourceFactory reactorResourceFactory(LoopResources loopResources) {
			ReactorResourceFactory factory = new ReactorResourceFactory();
			factory.setUseGlobalResources(false);
			factory.setLoopResources(loopResources);
			return factory;
		}

	}

}
