package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.openqa.selenium.WebDriver;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The browser client, as a page makes it that writes its own script.
 */
final class PageListener {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final String SCRIPT = """
			const [path, options, channels, done] = arguments;
			import('/comet/comet.js').then(({ Comet }) => {
				const comet = new Comet(path, { backoff: 100, ...options });
				window.heard = { comet, messages: [], refusals: [], gaps: 0, ended: [] };
				for (const channel of channels) {
					comet.subscribe(channel, (message) => heard.messages.push(message), {
						onerror: ({ channel, why }) => heard.refusals.push(`${channel} ${why}`),
						ongap: () => heard.gaps++,
						onended: () => heard.ended.push(channel)
					});
				}
				done();
			}, done);
			""";

	private final ChromeDriver driver;

	private PageListener(ChromeDriver driver) {
		this.driver = driver;
	}

	/**
	 * Listens in the page that is open in a browser.
	 * @param driver the browser
	 * @param path the endpoint
	 * @param options of the client
	 * @param channels ids, or places
	 */
	static PageListener listen(ChromeDriver driver, String path, Map<String, ?> options, Object... channels) {
		Object failure = driver.executeAsyncScript(SCRIPT, path, options, List.of(channels));
		if (failure != null) {
			throw new IllegalStateException("The page cannot listen: " + failure);
		}
		return new PageListener(driver);
	}

	/** The transport in use, or nothing. */
	String transport() {
		return String.valueOf(ask("comet.transport"));
	}

	/** The numbers of the bids, as they were heard. */
	@SuppressWarnings("unchecked")
	List<Long> bids() {
		return (List<Long>) ask("messages.map(({ bidCount }) => bidCount)");
	}

	/** Channels that were refused, each with the reason. */
	@SuppressWarnings("unchecked")
	List<String> refusals() {
		return (List<String>) ask("refusals");
	}

	/** Channels that have ended. */
	@SuppressWarnings("unchecked")
	List<String> ended() {
		return (List<String>) ask("ended");
	}

	long gaps() {
		return (Long) ask("gaps");
	}

	void close() {
		this.driver.executeScript("heard.comet.close()");
	}

	private Object ask(String what) {
		return this.driver.executeScript("return heard." + what);
	}

	void until(Supplier<Boolean> condition) {
		new WebDriverWait(this.driver, PATIENCE, Duration.ofMillis(20)).until((WebDriver driver) -> condition.get());
	}

}
