package io.github.cometspring.sample;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Takes the pictures of the documents, on demand only: {@code ./mvnw -pl sample-app -am
 * verify -Dit.test=Screenshots -Dfailsafe.failIfNoSpecifiedTests=false}. It waits for a
 * moment with enough activity, which takes a minute or two. The serif font is Palatino if
 * installed.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "auction.item-duration=40s")
class Screenshots {

	private static final Path FOLDER = Path.of("..", "docs");

	@LocalServerPort
	private int port;

	@BeforeAll
	static void requireBrowser() {
		Chromium.requireInstalled();
	}

	@Test
	void takePictures() throws IOException {
		try (Chromium desk = Chromium.start(1280, 800); Chromium phone = Chromium.start(500, 780)) {
			desk.emulate(1280, 800, 1, Map.of("prefers-color-scheme", "light"));
			phone.emulate(360, 780, 2, Map.of("prefers-color-scheme", "dark"));
			SaleroomPage page = new SaleroomPage(desk);
			page.open(url(), "Edmond");
			new SaleroomPage(phone).open(url(), "Caroline");
			String lively = new ClassPathResource("lively.js").getContentAsString(StandardCharsets.UTF_8);
			page.until(Duration.ofMinutes(4), () -> (Boolean) desk.driver.executeScript(lively));
			Files.createDirectories(FOLDER);
			assertThat(shoot(desk, "auction.png")).isNotEmptyFile();
			assertThat(shoot(phone, "auction-phone.png")).isNotEmptyFile();
		}
	}

	@Test
	void takePictureOfAnAnswer() throws IOException {
		try (Chromium desk = Chromium.start(1280, 800)) {
			desk.emulate(1000, 680, 1, Map.of("prefers-color-scheme", "light"));
			AnswerPage page = AnswerPage.open(desk.driver, url() + "answer.html");
			page.ask("Where is Halley’s comet now?");
			page.until(() -> page.text().length() > 350);
			assertThat(shoot(desk, "answer.png")).isNotEmptyFile();
		}
	}

	private String url() {
		return "http://127.0.0.1:%d/".formatted(this.port);
	}

	private static Path shoot(Chromium browser, String name) throws IOException {
		Object png = browser.driver.executeCdpCommand("Page.captureScreenshot", Map.of("format", "png")).get("data");
		return Files.write(FOLDER.resolve(name), Base64.getDecoder().decode(String.valueOf(png)));
	}

}
