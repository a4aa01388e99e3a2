package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.cometspring.sample.SaleroomExtension.NotOpened;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * The pages are for everyone: axe-core finds nothing, nothing on them jumps, and no mouse
 * is needed.
 */
@SaleroomTest
class AccessibilityBrowserIT {

	/** The pages of the sample, by their address. */
	private static final List<String> PAGES = List.of("", "answer.html");

	private static final double LARGEST_SHIFT = 0.05;

	/** Of a page with all that can be shown, before any bid. */
	private static final double LARGEST_SHIFT_WHILE_LOADING = 0.01;

	/** As many as the page shows. */
	private static final int SOLD_LOTS = 7;

	/** Sums all shifts from the start of the page that no input has caused. */
	private static final String SHIFTS = """
			window.shifts = [];
			new PerformanceObserver((list) => shifts.push(...list.getEntries().filter((entry) => !entry.hadRecentInput)))
				.observe({ type: 'layout-shift', buffered: true });
			""";

	private static final String SHIFTED = """
			return shifts.flatMap(({ value, sources }) => sources.map(({ node }) =>
				`${value.toFixed(4)} ${node?.id ?? ''}.${node?.className ?? node?.nodeName}`));
			""";

	@Autowired
	private VirtualTimeScheduler time;

	static Stream<Arguments> views() {
		return PAGES.stream().flatMap((page) -> looks().map((look) -> arguments(page, look.get()[0], look.get()[1])));
	}

	static Stream<Arguments> looks() {
		return Stream.of("light", "dark")
			.flatMap((colours) -> Stream.of("desk", "phone").map((size) -> arguments(colours, size)));
	}

	@ParameterizedTest
	@MethodSource("views")
	void pageShouldHaveNoViolations(String path, String colours, String size, Saleroom room, Browsers browsers) {
		Item sold = room.item();
		room.bid("Old Tobias", 9000);
		SaleroomPage page = size.equals("desk") ? room.ada : room.bea;
		page.until(() -> page.lot(sold, "price").equals("€9,000"));
		room.passUntilSold();
		page.until(() -> page.lot(sold, "stamp").equalsIgnoreCase("Sold"));
		Item item = room.bringIn();
		page.until(() -> page.has(item));
		room.bid("Old Tobias", 9000);
		Chromium browser = size.equals("desk") ? browsers.desk() : browsers.phone();
		// An animation may be caught at a moment without contrast.
		show(browser, size, Map.of("prefers-color-scheme", colours, "prefers-reduced-motion", "reduce"));
		try {
			if (!path.isEmpty()) {
				browser.driver.get(Saleroom.url(room.adasCable, path));
			}
			assertThat(Axe.violations(browser.driver)).isEmpty();
		}
		finally {
			browser.emulateNothing();
		}
	}

	@ParameterizedTest
	@MethodSource("looks")
	void pageWhenBidIsRefusedOrFeedIsPausedShouldHaveNoViolations(String colours, String size, Saleroom room,
			Browsers browsers) {
		SaleroomPage page = size.equals("desk") ? room.ada : room.bea;
		Chromium browser = size.equals("desk") ? browsers.desk() : browsers.phone();
		show(browser, size, Map.of("prefers-color-scheme", colours, "prefers-reduced-motion", "reduce"));
		try {
			page.until(() -> page.has(room.item()));
			page.bid(room.item(), "1");
			page.until(() -> page.lot(room.item(), "word").startsWith("€1 is too low"));
			assertThat(Axe.violations(browser.driver)).as("with a refused bid").isEmpty();
			room.ada.until(() -> room.ada.desk("active").equals("active"));
			room.ada.click("#desk-deactivate");
			page.until(() -> page.badge().equals("Paused"));
			assertThat(page.notice()).contains("The live feed is paused.");
			assertThat(Axe.violations(browser.driver)).as("while paused").isEmpty();
			room.ada.click("#desk-activate");
			page.until(() -> page.badge().equals("Live"));
		}
		finally {
			browser.emulateNothing();
		}
	}

	@ParameterizedTest
	@MethodSource("looks")
	void answerShouldHaveNoViolationsInAnyState(String colours, String size, @NotOpened Saleroom room,
			Browsers browsers) {
		String question = "What is a comet?";
		Chromium browser = size.equals("desk") ? browsers.desk() : browsers.phone();
		show(browser, size, Map.of("prefers-color-scheme", colours, "prefers-reduced-motion", "reduce"));
		try {
			AnswerPage page = AnswerPage.open(browser.driver, Saleroom.url(room.adasCable, "answer.html"));
			page.ask(question);
			page.until(() -> page.state().equals("writing"));
			page.until(() -> {
				this.time.advanceTimeBy(SimulatedModel.PACE);
				return page.text().length() > 20;
			});
			assertThat(Axe.violations(browser.driver)).as("while she writes").isEmpty();
			page.stop();
			page.until(() -> page.state().equals("stopped"));
			assertThat(Axe.violations(browser.driver)).as("when stopped").isEmpty();
			room.adasCable.unplug();
			page.ask(question);
			page.until(() -> page.state().equals("refused"));
			assertThat(Axe.violations(browser.driver)).as("with a refused question").isEmpty();
		}
		finally {
			room.adasCable.plugIn();
			browser.emulateNothing();
		}
	}

	/**
	 * The network is slow, so that the browser draws the page before the lots are there.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "desk", "phone" })
	void pageWhileItLoadsShouldNotShift(String size, Saleroom room, Browsers browsers) {
		SaleroomPage page = size.equals("desk") ? room.ada : room.bea;
		Chromium browser = size.equals("desk") ? browsers.desk() : browsers.phone();
		for (int i = 0; i < SOLD_LOTS; i++) {
			room.bringIn();
			room.raise("Old Tobias");
			room.passUntilSold();
		}
		Item item = room.bringIn();
		show(browser, size, Map.of());
		browser.delayRequests(Duration.ofMillis(300));
		try {
			room.open("");
			page.until(() -> page.has(item) && page.soldLots() == SOLD_LOTS);
			page.until(() -> page.badge().equals("Live") && page.desk("active").equals("active"));
			frames(browser.driver);
			browser.driver.executeScript(SHIFTS);
			frames(browser.driver);
			assertShiftIsBelow(LARGEST_SHIFT_WHILE_LOADING, browser);
		}
		finally {
			browser.delayRequests(Duration.ZERO);
			browser.emulateNothing();
		}
	}

	private static void assertShiftIsBelow(double limit, Chromium browser) {
		assertThat((Double) browser.driver
			.executeScript("return shifts.reduce((sum, { value }) => sum + value, 0.0) + 1e-9"))
			.as(() -> String.valueOf(browser.driver.executeScript(SHIFTED)))
			.isLessThan(limit);
	}

	@ParameterizedTest
	@ValueSource(strings = { "desk", "phone" })
	void pageWhileBidsArriveShouldNotShift(String size, Saleroom room, Browsers browsers) {
		SaleroomPage page = size.equals("desk") ? room.ada : room.bea;
		Chromium browser = size.equals("desk") ? browsers.desk() : browsers.phone();
		show(browser, size, Map.of());
		try {
			room.open("");
			Item item = room.item();
			page.until(() -> page.has(item));
			// The visitor's own channel
			page.until(() -> page.requests("/api/visitors/" + page.bidder()) > 0);
			browser.driver.executeScript(SHIFTS);
			page.bid(item, String.valueOf(item.minimum()));
			page.until(() -> page.lot(item, "leader").equals("1 bid, you lead"));
			for (int i = 2; i <= 20; i++) {
				room.raise((i % 2 == 0) ? "Old Tobias" : "The Honourable Araminta");
				String bids = i + " bids";
				page.until(() -> page.lot(item, "leader").equals(bids));
			}
			page.until(() -> page.told().startsWith("You have been outbid"));
			room.passUntilSold();
			page.until(() -> page.lot(item, "stamp").equalsIgnoreCase("Sold"));
			Item next = room.bringIn();
			page.until(() -> page.has(next));
			frames(browser.driver);
			assertShiftIsBelow(LARGEST_SHIFT, browser);
		}
		finally {
			browser.emulateNothing();
		}
	}

	@Test
	void bidWhenMadeByKeyboardAloneShouldStand(Saleroom room) {
		Item item = room.item();
		SaleroomPage page = room.ada;
		page.open(Saleroom.url(room.adasCable, ""), "Ada");
		page.until(() -> page.has(item));
		ChromeDriver driver = page.driver();
		// The page knows the name now, and no element has had the focus yet.
		driver.navigate().refresh();
		page.until(() -> page.has(item) && page.badge().equals("Live"));
		press(driver, Keys.TAB);
		assertThat(focused(driver, "document.activeElement.className")).isEqualTo("skip");
		assertThat(focused(driver, "document.activeElement.getBoundingClientRect().top >= 0")).isEqualTo("true");
		press(driver, Keys.ENTER);
		assertThat(focused(driver, "document.activeElement.id")).isEqualTo("floor");
		press(driver, Keys.TAB);
		assertThat(focused(driver, "document.activeElement.ariaLabel")).startsWith("Bid €")
			.endsWith(" on lot " + item.number());
		assertThat(focused(driver, "getComputedStyle(document.activeElement).outlineStyle")).isEqualTo("solid");
		press(driver, Keys.ENTER);
		page.until(() -> page.lot(item, "word").contains("stands"));
		assertThat(focused(driver, "document.activeElement.ariaLabel")).endsWith(" on lot " + item.number());
		press(driver, Keys.TAB, Keys.TAB);
		assertThat(focused(driver, "document.activeElement.className")).isEqualTo("own");
		press(driver, "9000", Keys.ENTER);
		page.until(() -> page.lot(item, "price").equals("€9,000"));
		assertThat(focused(driver, "document.activeElement.className")).isEqualTo("own");
		assertThat(focused(driver, "document.querySelector('#announcer').textContent"))
			.isEqualTo("Lot %d: Your bid of €9,000 stands.".formatted(item.number()));
	}

	private static void show(Chromium browser, String size, Map<String, String> media) {
		if (size.equals("desk")) {
			browser.emulate(1280, 900, 1, media);
		}
		else {
			browser.emulate(360, 780, 2, media);
		}
	}

	/** Lets the browser draw what has changed. */
	private static void frames(ChromeDriver driver) {
		driver.executeAsyncScript(
				"const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))");
	}

	private static void press(ChromeDriver driver, CharSequence... keys) {
		new Actions(driver).sendKeys(keys).perform();
	}

	private static String focused(ChromeDriver driver, String expression) {
		return String.valueOf(driver.executeScript("return " + expression));
	}

}
