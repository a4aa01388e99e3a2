package io.github.cometspring.compatibility;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.typed.TypedChannels;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests all features of the starter once on the oldest Spring Boot that it supports.
 */
@ExtendWith(OutputCaptureExtension.class)
class Boot40IT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@ParameterizedTest
	@ValueSource(strings = { "true", "false" })
	void serverShouldSpeakAllDialectsAndObeyCommands(String fastPath, CapturedOutput output)
			throws IOException, InterruptedException {
		assertThat(SpringBootVersion.getVersion()).startsWith("4.0.");
		try (ConfigurableApplicationContext context = SpringApplication.run(Application.class, "--server.port=0",
				"--spring.reactor.netty.shutdown-quiet-period=0s", "--comet.fast-path=" + fastPath)) {
			String server = "localhost:" + context.getEnvironment().getRequiredProperty("local.server.port");
			Channel channel = context.getBean(Channels.class).create("prices").block(PATIENCE);
			CompletableFuture<HttpResponse<String>> legacy = this.client.sendAsync(
					post(server, "/comet", "application/x-ocsigen-comet", "registration=prices"),
					BodyHandlers.ofString());
			CompletableFuture<HttpResponse<String>> json = this.client.sendAsync(
					post(server, "/comet", "application/json", "{\"channels\":[\"prices\"]}"), BodyHandlers.ofString());
			HttpResponse<Stream<String>> events = this.client
				.send(HttpRequest.newBuilder(URI.create("http://" + server + "/comet?channel=prices"))
					.header("Accept", "text/event-stream")
					.build(), BodyHandlers.ofLines());
			BlockingQueue<String> frames = new LinkedBlockingQueue<>();
			WebSocket webSocket = this.client.newWebSocketBuilder()
				.subprotocols("comet.v1")
				.buildAsync(URI.create("ws://" + server + "/comet"), new Frames(frames))
				.join();
			webSocket.sendText("{\"subscribe\":[\"prices\"]}", true).join();
			Awaitility.await().atMost(PATIENCE).until(() -> channel.subscribers() == 4);

			Outcome outcome = channel.deliver("hello").block(PATIENCE);

			assertThat(outcome).isNotNull().extracting(Outcome::delivered).isEqualTo(4);
			assertThat(legacy.join().body()).isEqualTo("prices:hello");
			assertThat(json.join().body()).contains("{\"channel\":\"prices\",\"data\":\"hello\"}");
			assertThat(events.body().filter((line) -> line.contains("hello")).findFirst()).isPresent();
			assertThat(frames.poll(10, TimeUnit.SECONDS)).contains("cursor");
			assertThat(frames.poll(10, TimeUnit.SECONDS)).contains("hello");
			assertThat(context.getBean(TypedChannels.class).obtain("typed", Integer.class).block(PATIENCE)).isNotNull();
			assertThat(get(server, "/comet/comet.js").body()).contains("export");
			assertThat(get(server, "/actuator/comet").body()).contains("\"active\":true");
			assertThat(command(server, "/actuator/comet/deactivate").body()).contains("\"active\":false");
			assertThat(this.client
				.send(post(server, "/comet", "application/x-ocsigen-comet", "registration=prices"),
						BodyHandlers.ofString())
				.statusCode()).isEqualTo(503);
		}
		// This Spring Boot brings a Reactor Netty that is too old.
		assertThat(output).containsOnlyOnce("reactor-netty#4361");
	}

	private static HttpRequest post(String server, String path, String contentType, String body) {
		return HttpRequest.newBuilder(URI.create("http://" + server + path))
			.header("Content-Type", contentType)
			.POST(BodyPublishers.ofString(body))
			.build();
	}

	private HttpResponse<String> get(String server, String path) throws IOException, InterruptedException {
		return this.client.send(HttpRequest.newBuilder(URI.create("http://" + server + path)).build(),
				BodyHandlers.ofString());
	}

	private HttpResponse<String> command(String server, String path) throws IOException, InterruptedException {
		return this.client.send(
				HttpRequest.newBuilder(URI.create("http://" + server + path)).POST(BodyPublishers.noBody()).build(),
				BodyHandlers.ofString());
	}

	private record Frames(BlockingQueue<String> received) implements WebSocket.Listener {

		@Override
		public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
			this.received.add(data.toString());
			return WebSocket.Listener.super.onText(webSocket, data, last);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
