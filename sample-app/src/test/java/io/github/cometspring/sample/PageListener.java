package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.openqa.selenium.WebDriver;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The browser client in a page with a script of its own.
 */
final class PageListener {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final String SCRIPT = """
			const [path, { tokens, tokenPath, ...options }, channels, done] = arguments;
			const token = tokenPath ? async () => (await fetch(tokenPath)).text()
				: tokens && (() => tokens.length > 1 ? tokens.shift() : tokens[0]);
			import('/comet/comet.js').then(({ Comet }) => {
				const comet = new Comet(path, { backoff: 100, token, ...options });
				window.received = { comet, messages: [], refusals: [], gaps: 0, ended: [] };
				for (const channel of channels) {
					comet.subscribe(channel, (message) => received.messages.push(message), {
						onerror: ({ channel, why }) => received.refusals.push(`${channel} ${why}`),
						ongap: () => received.gaps++,
						onended: () => received.ended.push(channel)
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
	 * @param options of the client, and {@code tokens}, which it uses one after the other
	 * and the last one for good, or {@code tokenPath}, where it gets them
	 * @param channels ids, or ids with cursors
	 */
	static PageListener listen(ChromeDriver driver, String path, Map<String, ?> options, Object... channels) {
		Object failure = driver.executeAsyncScript(SCRIPT, path, options, List.of(channels));
		if (failure != null) {
			throw new IllegalStateException("The page cannot listen: " + failure);
		}
		return new PageListener(driver);
	}

	/** The transport in use, or {@code null}. */
	String transport() {
		return String.valueOf(ask("comet.transport"));
	}

	/** The numbers of the bids in the order received. */
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
		this.driver.executeScript("received.comet.close()");
	}

	private Object ask(String what) {
		return this.driver.executeScript("return received." + what);
	}

	void until(Supplier<Boolean> condition) {
		new WebDriverWait(this.driver, PATIENCE, Duration.ofMillis(20)).until((WebDriver driver) -> condition.get());
	}

}
