package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The page of the auction house, as somebody sees it who sits in front of it.
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

	/** What the bar under the masthead says; empty if there is none. */
	String notice() {
		return find("#notice").getText();
	}

	/** The text that a part of a lot's card shows. */
	String lot(Item item, String part) {
		return find("[data-item='%s'] .%s".formatted(item.id(), part)).getText();
	}

	boolean has(Item item) {
		return !this.driver.findElements(By.cssSelector("[data-item='%s']".formatted(item.id()))).isEmpty();
	}

	void bid(Item item, String amount) {
		WebElement field = find("[data-item='%s'] .own".formatted(item.id()));
		field.clear();
		field.sendKeys(amount, "\n");
	}

	void quickBid(Item item) {
		click("[data-item='%s'] .quick button".formatted(item.id()));
	}

	String desk(String part) {
		return find("#desk-" + part).getText();
	}

	void click(String selector) {
		WebElement element = find(selector);
		this.driver.executeScript("arguments[0].scrollIntoView({ block: 'center' })", element);
		element.click();
	}

	void enter(String selector, String text) {
		WebElement field = find(selector);
		field.clear();
		field.sendKeys(text);
	}

	/** How often the page started from the items anew. */
	long starts() {
		return (Long) this.driver.executeScript("return performance.getEntriesByType('resource')"
				+ ".filter((entry) => entry.name.endsWith('/api/items')).length");
	}

	/**
	 * What the browser complained of since it was asked last: errors in the script,
	 * breaches of the policy. Refused requests are no complaints; tests cause them.
	 */
	List<String> complaints() {
		return this.driver.manage()
			.logs()
			.get("browser")
			.getAll()
			.stream()
			.map(LogEntry::getMessage)
			.filter((message) -> !message.contains("Failed to load resource"))
			.toList();
	}

	void until(Supplier<Boolean> condition) {
		until(PATIENCE, condition);
	}

	void until(Duration patience, Supplier<Boolean> condition) {
		new WebDriverWait(this.driver, patience, Duration.ofMillis(50)).ignoring(StaleElementReferenceException.class)
			.until((WebDriver driver) -> condition.get());
	}

	private WebElement find(String selector) {
		return this.driver.findElement(By.cssSelector(selector));
	}

}
