package io.github.cometspring.netty;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.netty.Filtering.Maker;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A filter sees the same, and can do the same, on the filter path as on the default path.
 */
class FilterPathIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String LEGACY = "application/x-ocsigen-comet";

	// Spring logs errors of filters, and Reactor Netty incomplete answers.
	@RegisterExtension
	static final QuietLog log = new QuietLog(
			"org.springframework.boot.webflux.autoconfigure.error.AbstractErrorWebExceptionHandler",
			"org.springframework.web.server.adapter.HttpWebHandlerAdapter",
			"reactor.netty.http.server.HttpServerOperations", "reactor.netty.http.server.HttpServer");

	private static CometServer filterPath;

	private static CometServer defaultPath;

	@BeforeAll
	static void start() {
		filterPath = CometServer.start(new Class<?>[] { Filtering.Configured.class }, "comet.fast-path=true",
				"comet.timeout=30s");
		defaultPath = CometServer.start(new Class<?>[] { Filtering.Configured.class }, "comet.fast-path=false",
				"comet.timeout=30s");
	}

	@AfterAll
	static void stop() {
		filterPath.close();
		defaultPath.close();
	}

	@BeforeEach
	void forget() {
		Filtering.SEEN.clear();
		Filtering.CANCELLED.set(0);
		Filtering.INTERFERED.set(0);
	}

	// With LATE, Reactor Netty does not answer at all.
	@ParameterizedTest
	@EnumSource(names = "LATE", mode = EnumSource.Mode.EXCLUDE)
	void filterShouldHaveTheSameEffectOnBothPaths(Filtering filtering) {
		assertThat(ask(filterPath, filtering)).isEqualTo(ask(defaultPath, filtering));
		assertThat(Filtering.SEEN).startsWith(Maker.FAST_PATH).contains(Maker.SERVER);
	}

	/**
	 * The answer, and the answer to another poll on the same connection.
	 */
	private static String ask(CometServer server, Filtering filtering) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request("POST", "/comet", LEGACY, "registration=x", "X-Do: " + filtering, "Cookie: a=1; b=2",
					"Cookie: c=3; a=4", "X-Many: one", "X-Many: two");
			if (filtering == Filtering.FAIL_LATE) {
				return comparable(new String(client.readToEnd(), StandardCharsets.ISO_8859_1));
			}
			String first = describe(client.read());
			try {
				client.poll("registration=z");
				return first + "\n" + describe(client.read());
			}
			catch (UncheckedIOException ex) {
				return first + "\nclosed";
			}
		}
	}

	private static String describe(Answer answer) {
		boolean error = answer.status() == 500;
		List<String> headers = answer.headers()
			.stream()
			.filter((header) -> !(error && header.startsWith("Content-Length")))
			.map((header) -> comparable(header).toLowerCase(Locale.ROOT))
			.sorted()
			.toList();
		return answer.statusLine() + "\n" + String.join("\n", headers) + "\n\n" + comparable(answer.body());
	}

	private static String comparable(String text) {
		return text.replaceAll("SESSION=[-\\w]+", "SESSION=(id)")
			.replaceAll(":\\d{4,5}", ":(port)")
			.replaceAll("\"(timestamp|requestId)\":\"[^\"]*\"", "");
	}

	@Test
	void pollShouldBeAnsweredAfterItWasHeld() {
		Channel channel = filterPath.create("held");
		try (RawConnection client = RawConnection.open(filterPath.port())) {
			for (int i = 0; i < 3; i++) {
				client.poll("registration=held");
				Await.until(() -> channel.subscribers() == 1);
				channel.publish("m" + i).block(PATIENCE);
				assertThat(client.read().body()).isEqualTo("held:m" + i);
			}
		}
		assertThat(Filtering.SEEN).containsOnly(Maker.FAST_PATH).hasSize(3);
	}

	@Test
	void clientThatLeavesShouldBeForgotten() {
		Channel channel = filterPath.create("left");
		try (RawConnection client = RawConnection.open(filterPath.port())) {
			client.poll("registration=left");
			Await.until(() -> channel.subscribers() == 1);
		}
		Await.until(() -> channel.subscribers() == 0);
		try (RawConnection client = RawConnection.open(filterPath.port())) {
			client.poll("registration=left", "X-Do: WAIT");
			Await.until(() -> Filtering.SEEN.size() == 2);
			client.reset();
		}
		Await.until(() -> Filtering.CANCELLED.get() == 1);
	}

	@Test
	void requestsShouldBeAnsweredInTheirOrder() {
		try (RawConnection client = RawConnection.open(filterPath.port())) {
			client.send(poll("registration=1", "X-Do: SLEEP") + poll("registration=2", "X-Do: PARTS")
					+ poll("registration=3", "X-Do: THREAD")
					+ "GET /comet HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n" + poll("registration=4"));
			assertThat(client.read().body()).isEqualTo("1:ENDED_CHANNEL");
			assertThat(client.read().body()).isEqualTo("onetwothree");
			assertThat(client.read().body()).isEqualTo("3:ENDED_CHANNEL");
			assertThat(client.read().status()).isEqualTo(406);
			assertThat(client.read().body()).isEqualTo("4:ENDED_CHANNEL");
		}
	}

	@Test
	void pollAfterPollsInOnePieceShouldBeAnsweredOnce() {
		try (RawConnection client = RawConnection.open(filterPath.port())) {
			client.send(poll("registration=1", "X-Do: SLEEP") + poll("registration=2"));
			assertThat(client.read().body()).isEqualTo("1:ENDED_CHANNEL");
			assertThat(client.read().body()).isEqualTo("2:ENDED_CHANNEL");
			client.poll("registration=3");
			assertThat(client.read().body()).isEqualTo("3:ENDED_CHANNEL");
			client.poll("registration=4");
			assertThat(client.read().body()).isEqualTo("4:ENDED_CHANNEL");
			assertThat(client.hasAnswer()).isFalse();
		}
		assertThat(Filtering.SEEN).hasSize(4);
	}

	@Test
	void answerThatComesTooLateShouldNotAnswerTheNextPoll() {
		try (RawConnection client = RawConnection.open(filterPath.port())) {
			client.poll("registration=1", "X-Do: LATE");
			assertThat(client.read().body()).isEmpty();
			assertThat(client.readFor(Duration.ofMillis(200))).isEmpty();
			client.poll("registration=2");
			assertThat(client.read().body()).isEqualTo("2:ENDED_CHANNEL");
		}
	}

	@Test
	void pollThatFilterDoesNotWaitForShouldBeForgotten() {
		Channel channel = filterPath.create("slow");
		try (RawConnection client = RawConnection.open(filterPath.port())) {
			for (int i = 0; i < 2; i++) {
				client.poll("registration=slow", "X-Do: TIMEOUT");
				Answer answer = client.read();
				assertThat(answer.status()).isEqualTo(202);
				Await.until(() -> channel.subscribers() == 0);
			}
			client.poll("registration=slow");
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("m").block(PATIENCE);
			assertThat(client.read().body()).isEqualTo("slow:m");
		}
	}

	@Test
	void pollWhenFilterHasAnsweredMeanwhileShouldEndTheConnection() {
		Channel channel = filterPath.create("answered");
		try (RawConnection client = RawConnection.open(filterPath.port())) {
			client.poll("registration=answered", "X-Do: INTERFERE");
			Await.until(() -> channel.subscribers() == 1 && Filtering.INTERFERED.get() > 0);
			channel.publish("m").block(PATIENCE);
			assertThat(new String(client.readToEnd(), StandardCharsets.ISO_8859_1)).doesNotContain("answered:m");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost:80", "localhost:0080", "localhost:8081", "LOCALHOST", "127.0.0.1:080" })
	void addressShouldBeTheSameOnBothPaths(String host) {
		String request = poll("registration=x", "X-Do: DESCRIBE").replace("Host: localhost", "Host: " + host);
		assertThat(first(filterPath, request)).isEqualTo(first(defaultPath, request)).contains("POST http://");
	}

	private static String first(CometServer server, String request) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.send(request).read().body();
		}
	}

	private static String poll(String body, String... headers) {
		String lines = String.join("", Stream.of(headers).map((line) -> line + "\r\n").toList());
		return "POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + LEGACY + "\r\n" + lines
				+ "Content-Length: " + body.length() + "\r\n\r\n" + body;
	}

	static Stream<String> unusual() {
		return Stream.of(poll("registration=x", "Connection: close"), poll("registration=x", "Expect: 100-continue"),
				poll("registration=x").replace("HTTP/1.1", "HTTP/1.0"),
				poll("registration=x").replace("Host: localhost", "Host: [::1]"),
				poll("registration=x").replace("/comet", "/comet?x=y"),
				"POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + LEGACY
						+ "\r\nTransfer-Encoding: chunked\r\n\r\ne\r\nregistration=x\r\n0\r\n\r\n");
	}

	@ParameterizedTest
	@MethodSource("unusual")
	void unusualPollShouldComeFromTheServer(String request) {
		try (RawConnection client = RawConnection.open(filterPath.port())) {
			client.send(request);
			Await.until(() -> !Filtering.SEEN.isEmpty());
		}
		assertThat(Filtering.SEEN).containsExactly(Maker.SERVER);
	}

}
