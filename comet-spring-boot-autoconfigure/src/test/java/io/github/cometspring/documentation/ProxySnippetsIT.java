package io.github.cometspring.documentation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.Certificate;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the configurations of nginx and HAProxy that {@code docs/deployment.md} prints, as
 * printed, before a server. Where a program is missing its tests are skipped, or fail if
 * the environment has {@code CI}.
 */
class ProxySnippetsIT {

	private static final int LIMIT = 4;

	// Both warn of what these tests do: they exceed a limit, and ask for strange paths.
	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.RefusalLog",
			"org.springframework.web.reactive.resource.ResourceHandlerUtils");

	@TempDir
	Path folder;

	private CometServer server;

	private Channel channel;

	private HttpClient client;

	@BeforeEach
	void start() {
		this.client = HttpClient.newBuilder().sslContext(Certificate.in(this.folder).trusting()).build();
		// Without the guard of the default exposure, so that the proxy alone refuses
		this.server = CometServer.start("server.forward-headers-strategy=native",
				"management.endpoints.web.exposure.include=health,comet",
				"management.endpoint.health.probes.enabled=true", "comet.max-connections-per-address=" + LIMIT);
		this.channel = this.server.create("secret");
	}

	@AfterEach
	void stop() {
		Await.until(() -> Arrays.stream(Transport.values()).allMatch((each) -> this.server.connections(each) == 0));
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource
	void messagesShouldPassAtOnceOnAllTransports(PrintedProxy.Kind kind) throws IOException, InterruptedException {
		try (PrintedProxy proxy = PrintedProxy.start(kind, this.server.port(), this.folder)) {
			HttpResponse<InputStream> events = this.client.send(stream(proxy), BodyHandlers.ofInputStream());
			CompletableFuture<HttpResponse<String>> poll = this.client.sendAsync(poll(proxy).build(),
					BodyHandlers.ofString());
			BlockingQueue<String> frames = new LinkedBlockingQueue<>();
			WebSocket socket = this.client.newWebSocketBuilder()
				.buildAsync(URI.create("wss://localhost:%d/comet".formatted(proxy.port())), new Listener(frames))
				.join();
			socket.sendText("{\"subscribe\":[\"secret\"]}", true).join();
			assertThat(frames.poll(10, TimeUnit.SECONDS)).contains("cursor");
			Await.until(() -> this.channel.subscribers() == 3);
			this.channel.publish("hello").block();
			assertThat(poll.orTimeout(10, TimeUnit.SECONDS).join().body()).isEqualTo("secret:hello");
			assertThat(frames.poll(10, TimeUnit.SECONDS)).contains("hello");
			assertThat(CompletableFuture.supplyAsync(() -> message(events.body())).orTimeout(10, TimeUnit.SECONDS))
				.succeedsWithin(10, TimeUnit.SECONDS)
				.asString()
				.contains("hello");
			assertThat(List.of(poll.join().version(), events.version())).containsOnly(HttpClient.Version.HTTP_2);
			socket.abort();
			events.body().close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void addressShouldBeTheClientsWhateverItSends(PrintedProxy.Kind kind) throws IOException, InterruptedException {
		try (PrintedProxy proxy = PrintedProxy.start(kind, this.server.port(), this.folder)) {
			List<CompletableFuture<HttpResponse<String>>> polls = new ArrayList<>();
			for (int i = 0; i < LIMIT; i++) {
				polls.add(this.client.sendAsync(poll(proxy).header("X-Forwarded-For", "192.0.2." + i).build(),
						BodyHandlers.ofString()));
			}
			Await.until(() -> this.channel.subscribers() == LIMIT);
			HttpResponse<String> refused = this.client.send(poll(proxy).header("X-Forwarded-For", "192.0.2.99").build(),
					BodyHandlers.ofString());
			assertThat(refused.statusCode()).isEqualTo(429);
			this.channel.publish("hello").block();
			polls
				.forEach((poll) -> assertThat(poll.orTimeout(10, TimeUnit.SECONDS).join().statusCode()).isEqualTo(200));
		}
	}

	@ParameterizedTest
	@EnumSource
	void actuatorShouldNotBeReachable(PrintedProxy.Kind kind) throws IOException, InterruptedException {
		assertThat(this.server.command("/activate").status()).isEqualTo(200);
		try (PrintedProxy proxy = PrintedProxy.start(kind, this.server.port(), this.folder)) {
			for (String path : List.of("/actuator/comet", "/actuator/health", "/%61ctuator/comet", "//actuator/comet",
					"/x/../actuator/comet", "/./actuator/comet", "/actuator;x/comet", "/;x/actuator/comet")) {
				HttpResponse<String> answer = this.client.send(HttpRequest.newBuilder(address(proxy, path)).build(),
						BodyHandlers.ofString());
				assertThat(answer.statusCode()).as(path).isBetween(400, 499);
			}
		}
	}

	@Test
	void logOfNginxShouldNameNoChannel() throws IOException, InterruptedException {
		try (PrintedProxy proxy = PrintedProxy.start(PrintedProxy.Kind.NGINX, this.server.port(), this.folder)) {
			HttpResponse<InputStream> events = this.client.send(stream(proxy), BodyHandlers.ofInputStream());
			assertThat(events.statusCode()).isEqualTo(200);
			events.body().close();
			Await.until(() -> proxy.accessLog().contains("/comet"));
			assertThat(proxy.accessLog()).contains("\"GET /comet\" 200").doesNotContain("secret");
		}
	}

	private static HttpRequest.Builder poll(PrintedProxy proxy) {
		return HttpRequest.newBuilder(address(proxy, "/comet"))
			.header("Content-Type", "application/x-ocsigen-comet")
			.POST(BodyPublishers.ofString("registration=secret"));
	}

	private static HttpRequest stream(PrintedProxy proxy) {
		return HttpRequest.newBuilder(address(proxy, "/comet?channel=secret"))
			.header("Accept", "text/event-stream")
			.build();
	}

	private static URI address(PrintedProxy proxy, String path) {
		return URI.create("https://localhost:%d%s".formatted(proxy.port(), path));
	}

	/** The data of the first event that is a message. */
	private static String message(InputStream events) {
		try {
			BufferedReader lines = new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8));
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (line.startsWith("data:") && line.contains("\"data\"")) {
					return line;
				}
			}
			return "the end";
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	private record Listener(BlockingQueue<String> frames) implements WebSocket.Listener {

		@Override
		public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
			this.frames.add(text.toString());
			socket.request(1);
			return null;
		}

	}

}
