package io.github.cometspring.sample;

import java.time.Duration;
import java.util.function.Supplier;

import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The page of an answer as a visitor sees it.
 */
final class AnswerPage {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final ChromeDriver driver;

	private AnswerPage(ChromeDriver driver) {
		this.driver = driver;
	}

	/** Opens an address, with or without an answer. */
	static AnswerPage open(ChromeDriver driver, String url) {
		driver.get(url);
		return new AnswerPage(driver);
	}

	void ask(String question) {
		this.driver.findElement(By.cssSelector("#question")).sendKeys(question + "\n");
	}

	void stop() {
		this.driver.findElement(By.cssSelector("#stop")).click();
	}

	void reload() {
		this.driver.navigate().refresh();
	}

	/** The address, which has the beginning of the answer. */
	String url() {
		return this.driver.getCurrentUrl();
	}

	String question() {
		return content("#asked");
	}

	/** The answer as far as the page has it. */
	String text() {
		return content("#text");
	}

	String state() {
		return this.driver.findElement(By.cssSelector("#answer")).getDomAttribute("data-state");
	}

	/** With all white space, which Selenium's own text has not. */
	private String content(String selector) {
		return this.driver.findElement(By.cssSelector(selector)).getDomProperty("textContent");
	}

	/**
	 * Fires the event of a network that is back, so that the client reconnects at once.
	 */
	void tellOnline() {
		this.driver.executeScript("dispatchEvent(new Event('online'))");
	}

	void until(Supplier<Boolean> condition) {
		new WebDriverWait(this.driver, PATIENCE, Duration.ofMillis(50)).ignoring(StaleElementReferenceException.class)
			.until((WebDriver driver) -> condition.get());
	}

}
