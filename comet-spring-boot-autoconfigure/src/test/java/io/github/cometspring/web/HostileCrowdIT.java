package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.logging.AccessLog;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hostile clients cause no line in the log above DEBUG, on any path, whatever they send
 * and however they disconnect.
 */
@SetsFastPath
class HostileCrowdIT {

	private static final int MOST_CHANNELS = 3;

	// Reactor Netty logs malformed HTTP where other handlers need to see it.
	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations");

	private static final List<String> HEADS = heads();

	private static final List<String> BODIES = bodies();

	// Bytes that follow the first chunk of a body
	private static final List<String> ENDINGS = List.of("", "0\r\n\r\n", "zz\r\n", "-1\r\n", "7fffffffffff\r\n",
			"X\r\n", "0\r\n: \r\n\r\n", "0\r\n\r\nNONSENSE\r\n\r\n", "5\r\nab");

	enum Setup {

		FAST_PATH("true", Nothing.class), FILTERED("true", PassingFilter.class), DEFAULT_PATH("false", Nothing.class),
		WATCHED("true", Watched.class), WATCHED_DEFAULT_PATH("false", Watched.class);

		private final String fastPath;

		private final Class<?> configuration;

		Setup(String fastPath, Class<?> configuration) {
			this.fastPath = fastPath;
			this.configuration = configuration;
		}

	}

	@ParameterizedTest
	@EnumSource(Setup.class)
	void hostileRequestsShouldNotBeLogged(Setup setup) {
		try (CometServer server = CometServer.start(new Class<?>[] { setup.configuration },
				"comet.fast-path=" + setup.fastPath, "comet.timeout=5ms",
				"comet.max-channels-per-request=" + MOST_CHANNELS, "comet.max-request-size=1KB")) {
			server.create("a");
			int before = log.ownMessages().size();
			for (String head : HEADS) {
				for (String body : BODIES) {
					for (int i = 0; i < ENDINGS.size(); i++) {
						ask(server, head, body, ENDINGS.get(i), (head.length() + body.length() + i) % 3);
					}
				}
			}
			for (Transport transport : Transport.values()) {
				Await.until(() -> server.connections(transport) == 0);
			}
			assertThat(server.poll("registration=x").body()).isEqualTo("x:ENDED_CHANNEL");
			assertThat(log.ownMessages()).hasSize(before);
			assertThat(log.complaints()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(Setup.class)
	void resetBeforeTheAnswerShouldNotBeLogged(Setup setup) {
		try (CometServer server = CometServer.start(new Class<?>[] { setup.configuration, Holding.class },
				"comet.fast-path=" + setup.fastPath)) {
			List<HoldingFilter> filters = server.beans(HoldingFilter.class);
			int before = log.ownMessages().size();
			for (String head : HEADS.stream().filter((each) -> !each.contains("%zz")).toList()) {
				try (RawConnection client = RawConnection.open(server.port())) {
					client.send(head + "Transfer-Encoding: chunked\r\n\r\n");
					Await.until(() -> filters.stream().anyMatch(HoldingFilter::isHolding));
					client.reset();
				}
				Await.until(() -> filters.stream().noneMatch(HoldingFilter::isHolding));
			}
			assertThat(log.ownMessages()).hasSize(before);
			assertThat(log.complaints()).isEmpty();
		}
	}

	private static void ask(CometServer server, String head, String body, String ending, int leaving) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.send(head + "Transfer-Encoding: chunked\r\n\r\n"
					+ (body.isEmpty() ? "" : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n") + ending);
			switch (leaving) {
				case 0 -> client.reset();
				case 1 -> client.closeOutput();
				default -> client.hasAnswer();
			}
		}
		catch (RuntimeException ex) {
			// The server has closed the connection early.
		}
	}

	private static List<String> heads() {
		List<String> heads = new ArrayList<>();
		for (String target : List.of("/comet", "/comet/comet.js", "/comet?channel=a", "/comet?channel=a&channel=%zz",
				"/comet?cursor=!&channel=a")) {
			for (String kind : List.of("Content-Type: application/x-ocsigen-comet", "Content-Type: application/json",
					"Content-Type: \"", "Accept: text/event-stream", "Accept: ;;q=x",
					"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
							+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
					"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 12")) {
				String method = (kind.startsWith("Content") && target.equals("/comet")) ? "POST" : "GET";
				heads.add(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + kind + "\r\n");
			}
		}
		return heads;
	}

	private static List<String> bodies() {
		String many = IntStream.rangeClosed(0, MOST_CHANNELS)
			.mapToObj((i) -> "n" + i)
			.collect(Collectors.joining("%0A"));
		String manyInJson = many.replace("%0A", "\",\"");
		return List.of("", "registration=a", "registration=x", "registration=" + many,
				"registration=" + "x".repeat(2000), "{\"channels\":[\"a\"]}", "{\"channels\":[\"" + manyInJson + "\"]}",
				"{\"channels\":[\"a\"],\"cursor\":\"!\"}",
				new String(new byte[] { 0, 1, -1, '%', 'u' }, StandardCharsets.ISO_8859_1));
	}

	@Configuration(proxyBeanMethods = false)
	static class Nothing {

	}

	/**
	 * An access log, which needs to see each request, also a malformed one.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Watched {

		@Bean
		NettyServerCustomizer accessLog() {
			return (server) -> server.accessLog(true, (arguments) -> AccessLog.create("{}", arguments.status()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Holding {

		@Bean
		HoldingFilter holding() {
			return new HoldingFilter();
		}

	}

	/**
	 * Holds each request until its client has left.
	 */
	static final class HoldingFilter implements WebFilter {

		private final AtomicInteger held = new AtomicInteger();

		boolean isHolding() {
			return this.held.get() > 0;
		}

		@Override
		public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return Mono.<Void>never()
				.doOnSubscribe((subscribed) -> this.held.incrementAndGet())
				.doFinally((ended) -> this.held.decrementAndGet());
		}

	}

}
