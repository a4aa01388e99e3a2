package io.github.cometspring.compatibility;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.testing.Login;
import io.github.cometspring.testing.LoginOfAnyKind;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.SpringSecurityCoreVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a poll that waits behind the oldest Spring Security lets go of its exchange,
 * and that the answer has the headers of one that holds it. The tests of the filters run
 * on this version, too.
 */
@ExtendWith(OutputCaptureExtension.class)
class Security40IT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Path DOCUMENTS = Path.of("..", "..", "docs");

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@ParameterizedTest
	@EnumSource
	void clientThatWaitsShouldLetGoOfItsExchange(Login login, CapturedOutput output) {
		assertThat(SpringBootVersion.getVersion()).startsWith("4.0.");
		Map<String, List<String>> detached = headersOfDelivery(true, login);
		assertThat(output).containsOnlyOnce("clients that wait let go of their exchange");
		assertThat(detached).containsEntry("x-frame-options", List.of("DENY"));
		assertThat(headersOfDelivery(false, login)).isEqualTo(detached);
	}

	@Test
	void documentsShouldNameTheVersion() throws IOException {
		String version = SpringSecurityCoreVersion.getVersion();
		assertThat(version).startsWith("7.0.");
		assertThat(Files.readString(DOCUMENTS.resolve("versions.md"))).contains("| %s | each build".formatted(version));
		assertThat(Files.readString(DOCUMENTS.resolve("behind-security.md")))
			.contains("| %s | %s |".formatted(version, SpringBootVersion.getVersion()));
	}

	private Map<String, List<String>> headersOfDelivery(boolean fastPath, Login login) {
		try (ConfigurableApplicationContext context = SpringApplication.run(Application.class, "--server.port=0",
				"--spring.reactor.netty.shutdown-quiet-period=0s", "--comet.fast-path=" + fastPath)) {
			int port = context.getEnvironment().getRequiredProperty("local.server.port", int.class);
			Channel channel = context.getBean(Channels.class).create("a").block(PATIENCE);
			CompletableFuture<HttpResponse<String>> answer = this.client.sendAsync(poll(port, login),
					BodyHandlers.ofString());
			Awaitility.await().atMost(PATIENCE).until(() -> channel.subscribers() == 1);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			if (fastPath) {
				Awaitility.await().atMost(PATIENCE).until(() -> completedPolls(meters) == 1);
			}
			assertThat(completedPolls(meters)).isEqualTo(fastPath ? 1 : 0);
			assertThat(answer).isNotDone();
			channel.publish("m").block(PATIENCE);
			assertThat(answer.join().body()).isEqualTo("a:m");
			Map<String, List<String>> headers = new TreeMap<>(answer.join().headers().map());
			headers.remove("comet-cursor");
			return headers;
		}
	}

	private static long completedPolls(MeterRegistry meters) {
		return meters.find("http.server.requests").tag("uri", "/comet").timers().stream().mapToLong(Timer::count).sum();
	}

	private static HttpRequest poll(int port, Login login) {
		String[] header = login.header("ada", port).split(": ");
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/comet"))
			.header("Content-Type", "application/x-ocsigen-comet")
			.header(header[0], header[1])
			.POST(BodyPublishers.ofString("registration=a"))
			.build();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(LoginOfAnyKind.class)
	static class Application {

	}

}
