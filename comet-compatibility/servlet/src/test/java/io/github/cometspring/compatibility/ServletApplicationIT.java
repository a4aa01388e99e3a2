package io.github.cometspring.compatibility;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests an application that also has Spring MVC, which makes it a servlet application.
 */
@ExtendWith(OutputCaptureExtension.class)
class ServletApplicationIT {

	private static final String WARNING = "Comet serves no clients here";

	@Test
	void startShouldWarnOnce(CapturedOutput output) throws IOException, InterruptedException {
		assertThat(browserClient()).isEqualTo(404);
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Test
	void startWhenReactiveShouldServe(CapturedOutput output) throws IOException, InterruptedException {
		assertThat(browserClient("--spring.main.web-application-type=reactive")).isEqualTo(200);
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void startWhenDisabledShouldBeSilent(CapturedOutput output) throws IOException, InterruptedException {
		assertThat(browserClient("--comet.enabled=false")).isEqualTo(404);
		assertThat(output).doesNotContain(WARNING);
	}

	private static int browserClient(String... arguments) throws IOException, InterruptedException {
		SpringApplication application = new SpringApplication(Application.class);
		application
			.setDefaultProperties(Map.of("server.port", "0", "spring.reactor.netty.shutdown-quiet-period", "0s"));
		try (ConfigurableApplicationContext context = application.run(arguments)) {
			String port = context.getEnvironment().getRequiredProperty("local.server.port");
			HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/comet/comet.js"))
				.build();
			return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
