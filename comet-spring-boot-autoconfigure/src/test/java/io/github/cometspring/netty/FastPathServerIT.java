package io.github.cometspring.netty;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.logging.AccessLog;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Polls take the default path where the server itself is configured to process requests,
 * connections or answers.
 */
class FastPathServerIT {

	private static final List<String> SEEN = new CopyOnWriteArrayList<>();

	private static final String LARGE = "z".repeat(8000);

	// Reactor Netty logs a warning of data that it cannot decode.
	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations");

	@BeforeEach
	void forget() {
		SEEN.clear();
	}

	@ParameterizedTest
	@ValueSource(classes = { AccessLogging.class, OwnHandler.class, LateOwnHandler.class, Connections.class })
	void pollWhenApplicationWatchesConnectionsShouldBeSeen(Class<?> application) {
		try (CometServer server = CometServer.start(new Class<?>[] { application }, "comet.fast-path=true")) {
			Route.assertDefaultPath(server, "/comet");
			assertThat(SEEN).hasSize(4);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.netty.idle-timeout=1m", "server.netty.max-keep-alive-requests=100",
			"server.compression.enabled=true", "server.http2.enabled=true",
			"comet.allowed-origins=https://friend.example" })
	void pollWhenServerIsConfiguredToSeeItShouldTakeTheDefaultPath(String property) {
		try (CometServer server = CometServer.start("comet.fast-path=true", property)) {
			Route.assertDefaultPath(server, "/comet");
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { KeepAlive.class, LateKeepAlive.class })
	void pollWhenRequestsOfConnectionAreLimitedShouldBeCounted(Class<?> application) {
		try (CometServer server = CometServer.start(new Class<?>[] { application }, "comet.fast-path=true");
				RawConnection client = RawConnection.open(server.port())) {
			assertThat(client.poll("registration=x").read().header("Connection")).isNull();
			assertThat(client.poll("registration=x").read().header("Connection")).isEqualTo("close");
			assertThat(client.isClosedByServer()).isTrue();
		}
	}

	@Test
	void answerWhenCompressionIsOnShouldBeCompressed() {
		try (CometServer server = CometServer.start("comet.fast-path=true", "server.compression.enabled=true")) {
			server.create("a").publish(LARGE).block();
			Answer answer = server.poll("registration=a", "Comet-Cursor: earliest", "Accept-Encoding: gzip");
			assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
		}
	}

	@Test
	void pollWhenForwardedInNonsenseShouldBeRefusedAsOtherwise() {
		assertThat(statusesOfNonsense(true)).isEqualTo(statusesOfNonsense(false));
	}

	private static Map<String, Integer> statusesOfNonsense(boolean fastPath) {
		Map<String, Integer> statuses = new LinkedHashMap<>();
		try (CometServer server = CometServer.start("comet.fast-path=" + fastPath,
				"server.forward-headers-strategy=native")) {
			for (String header : List.of("X-Forwarded-Port: x", "X-Forwarded-Host: localhost:x",
					"Forwarded: host=localhost:x", "X-Forwarded-Host: [::1", "X-Forwarded-For: 1.2.3.4:x",
					"X-Forwarded-Port: 99999999999")) {
				statuses.put(header, server.poll("registration=x", header).status());
			}
		}
		return statuses;
	}

	@Test
	void pollWhenForwardedAsUsualShouldTakeTheFastPath() {
		try (CometServer server = CometServer.start("comet.fast-path=true", "server.forward-headers-strategy=native")) {
			Route.assertFastPath(server, "/comet", "X-Forwarded-For: 192.0.2.1, 192.0.2.2", "X-Forwarded-Proto: https",
					"X-Forwarded-Host: example.org", "X-Forwarded-Port: 443");
		}
	}

	@Test
	void answerToForeignPageShouldHaveItsOrigin() {
		try (CometServer server = CometServer.start("comet.fast-path=true",
				"comet.allowed-origins=https://friend.example")) {
			Answer friend = server.poll("registration=x", "Origin: https://friend.example");
			assertThat(friend.header("Access-Control-Allow-Origin")).isEqualTo("https://friend.example");
			assertThat(server.poll("registration=x", "Origin: https://foe.example").status()).isEqualTo(403);
		}
	}

	@Test
	void pollOnPathOfAnotherEndpointShouldNotBeAnswered() {
		try (CometServer server = CometServer.start(new Class<?>[] { PushEndpoint.class }, "comet.fast-path=true",
				"management.endpoints.web.base-path=/", "management.endpoints.web.exposure.include=*",
				"comet.path=/push")) {
			try (RawConnection client = RawConnection.open(server.port())) {
				client.request("POST", "/push", "application/x-ocsigen-comet", "registration=x");
				assertThat(client.read().body()).isNotEqualTo("x:ENDED_CHANNEL");
			}
		}
		catch (RuntimeException ex) {
			// A server that does not start is fine, too.
			assertThat(ex).hasMessageContaining("/push");
		}
	}

	@Test
	void pollWhenActuatorHasTheRootShouldBeAnswered() {
		try (CometServer server = CometServer.start("comet.fast-path=true", "management.endpoints.web.base-path=/",
				"comet.path=/push")) {
			Route.assertFastPath(server, "/push");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class AccessLogging {

		@Bean
		NettyServerCustomizer accessLog() {
			return (server) -> server.accessLog(true, (arguments) -> {
				SEEN.add("request");
				return AccessLog.create("{}", arguments.uri());
			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandler {

		@Bean
		NettyServerCustomizer ownHandler() {
			return (server) -> server.doOnChannelInit((observer, channel, address) -> channel.pipeline()
				.addBefore(NettyPipeline.ReactiveBridge, "own", new Witness()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LateOwnHandler {

		@Bean
		WebServerFactoryCustomizer<NettyReactiveWebServerFactory> zzzLateHandler() {
			return (factory) -> factory.addServerCustomizers((server) -> server.doOnChannelInit((observer, channel,
					address) -> channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, "own", new Witness())));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Connections {

		@Bean
		NettyServerCustomizer connections() {
			// Is called for each request
			return (server) -> server.doOnConnection((connection) -> SEEN.add("request"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class KeepAlive {

		@Bean
		NettyServerCustomizer keepAlive() {
			return (server) -> server.maxKeepAliveRequests(2);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LateKeepAlive {

		@Bean
		WebServerFactoryCustomizer<NettyReactiveWebServerFactory> zzzLateKeepAlive() {
			return (factory) -> factory.addServerCustomizers((server) -> server.maxKeepAliveRequests(2));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PushEndpoint {

		@Bean
		Push pushEndpoint() {
			return new Push();
		}

	}

	@Endpoint(id = "push")
	static class Push {

		@WriteOperation
		String push() {
			return "of the endpoint";
		}

	}

	private static final class Witness extends ChannelDuplexHandler {

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			if (message instanceof HttpRequest) {
				SEEN.add("request");
			}
			context.fireChannelRead(message);
		}

	}

}
