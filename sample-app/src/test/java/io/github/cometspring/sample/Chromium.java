package io.github.cometspring.sample;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;

import org.springframework.util.FileSystemUtils;

/**
 * The machine's Chromium, with a fresh profile. Nothing is downloaded: if there is none,
 * the browser tests are skipped, or fail if the environment variable {@code CI} is set.
 */
final class Chromium implements AutoCloseable {

	/** A name of this machine that is not a loopback name. */
	static final String ELSEWHERE = "auction.test";

	private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome",
			"google-chrome-stable");

	private static final List<String> FOLDERS = List.of("/usr/bin", "/usr/local/bin", "/usr/lib/chromium",
			"/usr/lib/chromium-browser", "/snap/bin", "/opt/google/chrome");

	/** Selenium warns of every newer browser. */
	private static final Logger seleniumLogger = Logger.getLogger("org.openqa.selenium");

	static {
		seleniumLogger.setLevel(Level.SEVERE);
	}

	final ChromeDriver driver;

	private final Path profile;

	private Chromium(Path browser, Path driver, int width, int height) {
		try {
			this.profile = Files.createTempDirectory("auction-browser");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		ChromeOptions options = new ChromeOptions();
		options.setBinary(browser.toFile());
		// Without a GPU, animations that never end keep the processor busy.
		options.addArguments("--force-prefers-reduced-motion");
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--disable-dev-shm-usage", "--host-resolver-rules=MAP %s 127.0.0.1".formatted(ELSEWHERE),
				"--hide-scrollbars", "--lang=en-GB", "--window-size=%d,%d".formatted(width, height),
				"--user-data-dir=" + this.profile);
		this.driver = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(driver.toFile()).usingAnyFreePort().build(),
				options);
	}

	/**
	 * Skips the tests that need a browser, with a message, or fails in CI.
	 */
	static void requireInstalled() {
		if (find(BROWSERS).isPresent() && find(List.of("chromedriver")).isPresent()) {
			return;
		}
		String reason = "no chromium with a chromedriver on the PATH or in " + FOLDERS;
		if (System.getenv("CI") != null) {
			throw new AssertionError("Browser tests cannot run, and CI is set: " + reason);
		}
		System.out.println("Browser tests are skipped: " + reason);
		Assumptions.abort(reason);
	}

	static Chromium start(int width, int height) {
		return new Chromium(find(BROWSERS).orElseThrow(), find(List.of("chromedriver")).orElseThrow(), width, height);
	}

	private static Optional<Path> find(List<String> names) {
		String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
		List<String> folders = Stream.concat(Stream.of(path.split(File.pathSeparator)), FOLDERS.stream()).toList();
		return names.stream()
			.flatMap((name) -> folders.stream().map((folder) -> Path.of(folder, name)))
			.filter(Files::isExecutable)
			.findFirst();
	}

	/**
	 * The browser's log since the last call: errors in the script, breaches of the
	 * policy. Refused requests are left out, because tests cause them.
	 */
	List<String> complaints() {
		return this.driver.manage()
			.logs()
			.get("browser")
			.getAll()
			.stream()
			.map(LogEntry::getMessage)
			.filter((message) -> !message.contains("Failed to load resource"))
			.filter((message) -> !message.contains("WebSocket connection to"))
			.toList();
	}

	/**
	 * Shows pages as another device does, until {@link #emulateNothing()}.
	 * @param width the width of the window
	 * @param height its height
	 * @param scale the pixels of the screen for each of the window; a phone has several
	 * @param media the media features, such as {@code prefers-color-scheme}
	 */
	void emulate(int width, int height, int scale, Map<String, String> media) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", scale, "mobile", scale > 1));
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features",
						media.entrySet()
							.stream()
							.map((feature) -> Map.of("name", feature.getKey(), "value", feature.getValue()))
							.toList()));
	}

	void emulateNothing() {
		this.driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
	}

	/**
	 * Delays the requests of pages, as a slow network does, but not what comes over a
	 * WebSocket.
	 * @param latency the delay, or zero for none
	 */
	void delayRequests(Duration latency) {
		this.driver.executeCdpCommand("Network.enable", Map.of());
		this.driver.executeCdpCommand("Network.emulateNetworkConditions", Map.of("offline", false, "latency",
				latency.toMillis(), "downloadThroughput", -1, "uploadThroughput", -1));
	}

	@Override
	public void close() {
		this.driver.quit();
		try {
			FileSystemUtils.deleteRecursively(this.profile);
		}
		catch (IOException ex) {
			this.profile.toFile().deleteOnExit();
		}
	}

}
