package io.github.cometspring.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The legacy dialect on all paths without another handler (protocol, sections 2 and 7).
 */
@SetsFastPath
class EverywhereIT {

	private static final String MEDIA_TYPE = "application/x-ocsigen-comet";

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@TempDir
	static Path files;

	private static CometServer server;

	@BeforeAll
	static void start() throws IOException {
		Files.writeString(files.resolve("file.txt"), "the file");
		server = CometServer.start(new Class<?>[] { Handlers.class }, "comet.path=/**",
				"spring.web.resources.static-locations=" + files.toUri());
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/comet", "/no/such/%20path/?registration=zz", "/a/b/c;d=e", "/file.txt", "/%2F",
			"/router/other", "/actuator/nothing" })
	void pollShouldBeAnsweredOnUnmappedPaths(String path) {
		assertThat(request("POST", path, MEDIA_TYPE).body()).isEqualTo("x:ENDED_CHANNEL");
	}

	@Test
	void pollShouldBeHeldOnAnyPath() {
		Channel channel = server.create("a");
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request("POST", "/any/where", MEDIA_TYPE, "registration=a");
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("m").block();
			assertThat(client.read().body()).isEqualTo("a:m");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/controller", "/router" })
	void pollOnPathOfTheApplicationShouldBeTheApplications(String path) {
		assertThat(request("POST", path, MEDIA_TYPE).body()).isEqualTo("of the application");
	}

	@Test
	void pollOnPathOfTheActuatorShouldBeTheActuators() {
		assertThat(server.command("/activate").body()).contains("\"active\":true");
		// A command without parameters ignores the body and its media type.
		assertThat(request("POST", "/actuator/comet/activate", MEDIA_TYPE).body()).contains("\"active\":true");
	}

	@Test
	void otherMediaTypesShouldGetDefaultAnswers() {
		assertThat(request("POST", "/no/such", "text/plain").status()).isEqualTo(404);
		assertThat(request("POST", "/no/such", "text/plain; application=x-ocsigen-comet").status()).isEqualTo(404);
		assertThat(request("POST", "/file.txt", "text/plain").status()).isEqualTo(405);
	}

	@Test
	void otherMethodsShouldGetDefaultAnswers() {
		assertThat(request("GET", "/no/such", MEDIA_TYPE).status()).isEqualTo(404);
		assertThat(request("PUT", "/no/such", MEDIA_TYPE).status()).isEqualTo(404);
		assertThat(request("GET", "/file.txt", MEDIA_TYPE).body()).isEqualTo("the file");
	}

	@Test
	void pollWhenDeactivatedShouldAnswer503() {
		server.command("/deactivate");
		assertThat(request("POST", "/any", MEDIA_TYPE).status()).isEqualTo(503);
		assertThat(request("GET", "/file.txt", MEDIA_TYPE).status()).isEqualTo(200);
		server.command("/activate");
	}

	private static Answer request(String method, String path, String contentType) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.request(method, path, contentType, "registration=x").read();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Controller.class)
	static class Handlers {

		@Bean
		RouterFunction<ServerResponse> router() {
			return RouterFunctions.route()
				.POST("/router", (request) -> ServerResponse.ok().bodyValue("of the application"))
				.build();
		}

	}

	@RestController
	static class Controller {

		@PostMapping("/controller")
		String post() {
			return "of the application";
		}

	}

}
