package io.github.cometspring.netty;

import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.netty.Filtering.Maker;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.netty.http.server.ProxyProtocolSupportType;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Filters see the forwarded address and the path that the server is configured to report,
 * on the filter path and on the default path.
 */
class FilterPathServerIT {

	private static final String LEGACY = "application/x-ocsigen-comet";

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@BeforeEach
	void forget() {
		Filtering.SEEN.clear();
	}

	@Test
	void pollWhenServerReadsForwardedHeadersShouldComeFromTheServer() {
		try (CometServer server = CometServer.start(new Class<?>[] { Filtering.Configured.class },
				"comet.fast-path=true", "server.forward-headers-strategy=native")) {
			assertThat(server.poll("registration=x").status()).isEqualTo(200);
		}
		assertThat(Filtering.SEEN).containsExactly(Maker.SERVER);
	}

	@Test
	void pollWhenProxyProtocolIsOnShouldComeFromTheServer() {
		try (CometServer server = CometServer.start(new Class<?>[] { Filtering.Configured.class, ProxyProtocol.class },
				"comet.fast-path=true"); RawConnection client = RawConnection.open(server.port())) {
			client.send("PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n");
			for (int i = 0; i < 2; i++) {
				client.poll("registration=x", "X-Do: DESCRIBE");
				assertThat(client.read().body()).contains("from 192.0.2.1 ");
			}
		}
		assertThat(Filtering.SEEN).containsExactly(Maker.SERVER, Maker.SERVER);
	}

	@Test
	void pollWhoseAnswerIsDelayedByFilterShouldBeAnsweredAtShutdown() {
		CometServer server = CometServer.start(new Class<?>[] { Filtering.Configured.class }, "comet.fast-path=true");
		Channel channel = server.create("a");
		try (RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=a", "X-Do: SLOW_COMMIT");
			Await.until(() -> channel.subscribers() == 1);
			server.close();
			assertThat(client.read().status()).isEqualTo(503);
		}
		assertThat(Filtering.SEEN).containsExactly(Maker.FAST_PATH);
	}

	@Test
	void pollBelowBasePathShouldKnowIt() {
		String[] properties = { "spring.webflux.base-path=/base", "server.forward-headers-strategy=framework" };
		for (boolean fastPath : new boolean[] { true, false }) {
			try (CometServer server = CometServer.start(new Class<?>[] { Filtering.Configured.class },
					Stream.concat(Stream.of("comet.fast-path=" + fastPath), Stream.of(properties))
						.toArray(String[]::new));
					RawConnection client = RawConnection.open(server.port())) {
				client.request("POST", "/base/comet", LEGACY, "registration=x", "X-Do: DESCRIBE",
						"X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: there.example");
				assertThat(client.read().body()).contains("https://there.example/base/comet", "/base + /comet",
						"from 192.0.2.1");
			}
		}
		assertThat(Filtering.SEEN).containsExactly(Maker.FAST_PATH, Maker.SERVER);
	}

	@Configuration(proxyBeanMethods = false)
	static class ProxyProtocol {

		@Bean
		NettyServerCustomizer proxyProtocol() {
			return (server) -> server.proxyProtocol(ProxyProtocolSupportType.AUTO);
		}

	}

}
