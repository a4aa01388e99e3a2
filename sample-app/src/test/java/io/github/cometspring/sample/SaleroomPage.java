package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The page of the auction house as a visitor sees it.
 */
final class SaleroomPage {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final ChromeDriver driver;

	SaleroomPage(Chromium browser) {
		this.driver = browser.driver;
	}

	void open(String url, String bidder) {
		this.driver.get(url);
		until(() -> badge().equals("Live"));
		find("#bidder").sendKeys(Keys.chord(Keys.CONTROL, "a"), bidder, "\n");
	}

	String badge() {
		return find("#badge-word").getText();
	}

	/** The text of the badge, even if it is not visible. */
	String state() {
		return find("#badge").getDomAttribute("data-state");
	}

	/** The transport that the badge names; empty while there is none. */
	String transport() {
		return find("#transport").getText();
	}

	/** The text of the bar under the masthead; empty if there is none. */
	String notice() {
		return find("#notice").getText();
	}

	/** The note about lost messages; empty if there is none. */
	String missed() {
		return find("#missed").getText();
	}

	/** What the visitor's own channel has told; empty if nothing. */
	String told() {
		return find("#told").getText();
	}

	/** The name by which the visitor bids. */
	String bidder() {
		return find("#bidder").getDomProperty("value");
	}

	/** The text that a part of a lot's card shows. */
	String lot(Item item, String part) {
		return find("[data-item='%s'] .%s".formatted(item.id(), part)).getText();
	}

	/** The texts that a part of a lot's card shows: one, or none without a card. */
	@SuppressWarnings("unchecked")
	List<String> lots(Item item, String part) {
		return (List<String>) this.driver.executeScript(
				"return [...document.querySelectorAll(arguments[0])].map((element) => element.textContent)",
				"[data-item='%s'] .%s".formatted(item.id(), part));
	}

	boolean has(Item item) {
		return !this.driver.findElements(By.cssSelector("[data-item='%s']".formatted(item.id()))).isEmpty();
	}

	void bid(Item item, String amount) {
		type(item, amount + "\n");
	}

	/** Types a bid; a newline at the end sends it. */
	void type(Item item, String amount) {
		enter("[data-item='%s'] .own".formatted(item.id()), amount);
	}

	/**
	 * By how many pixels the content of a part of a lot's card is wider than the part.
	 */
	long hiddenWidth(Item item, String part) {
		return (Long) this.driver.executeScript("return arguments[0].scrollWidth - arguments[0].clientWidth",
				find("[data-item='%s'] .%s".formatted(item.id(), part)));
	}

	void quickBid(Item item) {
		click("[data-item='%s'] .quick button".formatted(item.id()));
	}

	int soldLots() {
		return this.driver.findElements(By.cssSelector("#ledger li")).size();
	}

	String desk(String part) {
		return find("#desk-" + part).getText();
	}

	void click(String selector) {
		WebElement element = find(selector);
		this.driver.executeScript("arguments[0].scrollIntoView({ block: 'center' })", element);
		until(element::isEnabled);
		element.click();
	}

	void enter(String selector, String text) {
		WebElement field = find(selector);
		field.clear();
		field.sendKeys(text);
	}

	/** How often the page loaded the items. */
	long starts() {
		return requests("/api/items");
	}

	/** How many requests of the page contain this in their address. */
	long requests(String part) {
		return (Long) this.driver.executeScript("return performance.getEntriesByType('resource')"
				+ ".filter((entry) => entry.name.includes(arguments[0])).length", part);
	}

	/** Records the texts of the badge from now on. */
	void recordBadge() {
		this.driver.executeScript("window.badge = []; new MutationObserver(() =>"
				+ " badge.push(document.querySelector('#badge-word').textContent))"
				+ ".observe(document.querySelector('#badge-word'), { childList: true })");
	}

	String recordedBadge() {
		return (String) this.driver.executeScript("return badge.join(' ')");
	}

	/**
	 * Fires the event of a network that is back, so that the client reconnects at once.
	 */
	void tellOnline() {
		this.driver.executeScript("dispatchEvent(new Event('online'))");
	}

	/** Minimizes the window. */
	void hide() {
		windowState("minimized");
		until(() -> (Boolean) this.driver.executeScript("return document.hidden"));
	}

	/** Restores the window. */
	void show() {
		windowState("normal");
		until(() -> !(Boolean) this.driver.executeScript("return document.hidden"));
	}

	private void windowState(String state) {
		Object window = this.driver.executeCdpCommand("Browser.getWindowForTarget", Map.of()).get("windowId");
		this.driver.executeCdpCommand("Browser.setWindowBounds",
				Map.of("windowId", window, "bounds", Map.of("windowState", state)));
	}

	/** Whether the visitor wants animations, which are off in these browsers. */
	void animate(boolean animated) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features",
				List.of(Map.of("name", "prefers-reduced-motion", "value", animated ? "no-preference" : ""))));
	}

	ChromeDriver driver() {
		return this.driver;
	}

	void until(Supplier<Boolean> condition) {
		until(PATIENCE, condition);
	}

	void until(Duration timeout, Supplier<Boolean> condition) {
		new WebDriverWait(this.driver, timeout, Duration.ofMillis(50)).ignoring(StaleElementReferenceException.class)
			.until((WebDriver driver) -> condition.get());
	}

	private WebElement find(String selector) {
		return this.driver.findElement(By.cssSelector(selector));
	}

}
