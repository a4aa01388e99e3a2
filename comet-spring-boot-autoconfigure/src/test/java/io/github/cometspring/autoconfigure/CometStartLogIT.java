package io.github.cometspring.autoconfigure;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The line that is logged at the start.
 */
@SetsFastPath
@OneNodeOnly("The channels of two nodes are on Redis")
@ExtendWith(OutputCaptureExtension.class)
class CometStartLogIT {

	@Test
	void startShouldLogOneLine(CapturedOutput output) {
		try (CometServer server = CometServer.start("comet.max-connections-per-user=7", "management.server.port=0")) {
			assertThat(server.port()).isPositive();
			assertThat(output.toString().lines().filter((line) -> line.contains("Comet serves"))).singleElement()
				.asString()
				.contains("Comet serves '/comet' (legacy, json, sse, websocket); limits: 100000 connections, "
						+ "7 connections per user, 100 channels per request; answers take the fast path; "
						+ "channels are in InMemoryChannelBroker");
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					comet.fast-path=false                                                      | comet.fast-path=false
					comet.allowed-origins=https://a.example                                    | comet.allowed-origins
					server.compression.enabled=true                                            | the configuration of the web server
					comet.max-connections-per-address=9,server.forward-headers-strategy=native | the configuration of the web server
					comet.max-connections-per-address=9,server.forward-headers-strategy=framework | comet.max-connections-per-address and server.forward-headers-strategy
					""")
	void startWhenPollsTakeTheDefaultPathShouldSayWhy(String properties, String reason) {
		assertSays("answers take the default path because of " + reason + ";", new Class<?>[0], properties.split(","));
	}

	@Test
	void startWhenThereIsAFilterShouldNameIt() {
		assertSays("answers take the default path because of the bean 'passing';",
				new Class<?>[] { PassingFilter.class });
	}

	@Test
	void startWhenAddressesAreLimitedShouldTakeTheFastPath() {
		assertSays("answers take the fast path;", new Class<?>[0], "comet.max-connections-per-address=9");
	}

	private static void assertSays(String text, Class<?>[] configuration, String... properties) {
		try (CometServer server = CometServer.start(configuration, properties)) {
			assertThat(server.bean(CometStartLog.class).describe()).contains(text);
		}
	}

}
