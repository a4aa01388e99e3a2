package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import org.openqa.selenium.WebDriver;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A page in Ada's browser that records all messages of the lot.
 */
final class Witness {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final ChromeDriver driver;

	private Witness(ChromeDriver driver) {
		this.driver = driver;
	}

	static Witness open(Saleroom room, String transport) {
		return open(room, transport, 1);
	}

	/**
	 * Opens one of several pages in the history of the browser.
	 */
	static Witness open(Saleroom room, String transport, int page) {
		Witness witness = new Witness(room.ada.driver());
		witness.driver.get(Saleroom.url(room.adasCable,
				"witness.html?transports=%s&lot=%s&page=%d".formatted(transport, room.item().id(), page)));
		witness.until(() -> witness.state().equals(transport));
		return witness;
	}

	/** The transport in use, or else the state. */
	String state() {
		return (String) this.driver.executeScript("return document.querySelector('#state').textContent");
	}

	/** The numbers of the bids in the order received. */
	@SuppressWarnings("unchecked")
	List<Long> bids() {
		return (List<Long>) this.driver.executeScript("return witness.bids");
	}

	/** The number of the last bid received. */
	long last() {
		return count("bids.at(-1) ?? 0");
	}

	long count(String what) {
		return (Long) this.driver.executeScript("return witness." + what);
	}

	void until(Supplier<Boolean> condition) {
		new WebDriverWait(this.driver, PATIENCE, Duration.ofMillis(10)).until((WebDriver driver) -> condition.get());
	}

}
