package io.github.cometspring.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Takes the pictures for the README, when asked to: {@code ./mvnw -pl sample-app -am
 * verify -Dit.test=ScreenshotIT -Dfailsafe.failIfNoSpecifiedTests=false
 * -Dscreenshots=../docs}. Takes a minute or two, since it waits for a lively moment.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "auction.item-duration=40s")
@EnabledIfSystemProperty(named = "screenshots", matches = ".+")
class ScreenshotIT {

	private static final Path FOLDER = Path.of(System.getProperty("screenshots", "target"));

	/** Of the lots in sight one is sold, one nearly, and one led by this visitor. */
	private static final String LIVELY = """
			const lots = [...document.querySelectorAll('.lot')].slice(0, 6);
			const some = (selector) => lots.some((lot) => lot.matches(selector));
			const rival = document.querySelector('.lot:nth-child(3):not(.mine) .quick button');
			rival?.click();
			return some('[data-phase="SOLD"]') && some('.mine[data-phase="OPEN"]') && some('[data-call$="e"]')
					&& document.querySelectorAll('#ledger li').length >= 5;
			""";

	@LocalServerPort
	private int port;

	@BeforeAll
	static void requireBrowser() {
		Chromium.requireInstalled();
	}

	@Test
	void takePictures() throws IOException {
		try (Chromium desk = Chromium.start(1280, 800); Chromium phone = Chromium.start(500, 780)) {
			emulate(desk, 1280, 800, 1, "light");
			emulate(phone, 360, 780, 2, "dark");
			SaleroomPage page = new SaleroomPage(desk);
			page.open(url(), "Edmond");
			new SaleroomPage(phone).open(url(), "Caroline");
			page.until(Duration.ofMinutes(4), () -> (Boolean) desk.driver.executeScript(LIVELY));
			Files.createDirectories(FOLDER);
			assertThat(shoot(desk, "auction.png")).isNotEmptyFile();
			assertThat(shoot(phone, "auction-phone.png")).isNotEmptyFile();
		}
	}

	private String url() {
		return "http://127.0.0.1:%d/".formatted(this.port);
	}

	private static void emulate(Chromium browser, int width, int height, int scale, String colours) {
		browser.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", scale, "mobile", scale > 1));
		browser.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colours))));
	}

	private static Path shoot(Chromium browser, String name) throws IOException {
		Object png = browser.driver.executeCdpCommand("Page.captureScreenshot", Map.of("format", "png")).get("data");
		return Files.write(FOLDER.resolve(name), Base64.getDecoder().decode(String.valueOf(png)));
	}

}
