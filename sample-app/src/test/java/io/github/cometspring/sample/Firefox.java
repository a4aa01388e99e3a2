package io.github.cometspring.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.Requirement;
import tools.jackson.databind.JsonNode;

import org.springframework.util.FileSystemUtils;

/**
 * The machine's Firefox, with a fresh profile and one tab, driven by WebDriver BiDi.
 * Nothing is downloaded: if there is none, the tests are skipped, or fail if the
 * environment variable {@code CI} is set.
 */
final class Firefox implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private static final Pattern LISTENING = Pattern.compile("WebDriver BiDi listening on (ws://\\S+)");

	private static final String SHOWN = "[document.querySelector(`%s`)].map((element) => "
			+ "element?.checkVisibility() ? element.innerText : '')[0]";

	/** What a new profile would ask, and send. */
	private static final String SETTINGS = """
			user_pref("browser.shell.checkDefaultBrowser", false);
			user_pref("browser.aboutwelcome.enabled", false);
			user_pref("datareporting.policy.dataSubmissionEnabled", false);
			user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);
			user_pref("app.update.disabledForTesting", true);
			user_pref("intl.accept_languages", "en-GB");
			""";

	private final Path folder;

	private final Process process;

	private final BidiSession session;

	private final String tab;

	private Firefox(String program) throws IOException {
		this.folder = Files.createTempDirectory("auction-firefox");
		Path profile = Files.createDirectory(this.folder.resolve("profile"));
		Files.writeString(profile.resolve("user.js"), SETTINGS);
		Path log = this.folder.resolve("log");
		ProcessBuilder builder = new ProcessBuilder(program, "--headless", "--no-remote", "--profile",
				profile.toString(), "--remote-debugging-port", "0", "about:blank")
			.redirectErrorStream(true)
			.redirectOutput(log.toFile());
		builder.environment().put("HOME", this.folder.toString());
		this.process = builder.start();
		try {
			Await.within(PATIENCE, () -> address(log).isPresent() || !this.process.isAlive());
			URI address = address(log).orElseThrow(() -> new IllegalStateException("Firefox does not start"));
			this.session = BidiSession.begin(address, "log.entryAdded");
			this.tab = this.session.command("browsingContext.getTree", Map.of())
				.path("contexts")
				.path(0)
				.path("context")
				.asString();
		}
		catch (RuntimeException ex) {
			System.out.println(Files.readString(log));
			end();
			throw ex;
		}
	}

	static void requireInstalled() {
		Requirement.require("firefox or firefox-esr", program().isPresent());
	}

	static Firefox start() {
		try {
			return new Firefox(program().orElseThrow());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Optional<String> program() {
		return Stream.of("firefox", "firefox-esr").map(Requirement::find).flatMap(Stream::ofNullable).findFirst();
	}

	private static Optional<URI> address(Path log) throws IOException {
		Matcher line = LISTENING.matcher(Files.readString(log));
		return line.find() ? Optional.of(URI.create(line.group(1) + "/session")) : Optional.empty();
	}

	void open(String url) {
		this.session.command("browsingContext.navigate", Map.of("context", this.tab, "url", url, "wait", "complete"));
	}

	/** The text that an element shows; empty if there is none, or it is not shown. */
	String text(String selector) {
		JsonNode answer = this.session.command("script.evaluate", Map.of("expression", SHOWN.formatted(selector),
				"awaitPromise", false, "target", Map.of("context", this.tab)));
		return answer.path("result").path("value").asString("").strip();
	}

	void until(Callable<Boolean> condition) {
		Await.within(PATIENCE, condition);
	}

	/** The errors in the script and the breaches of the policy so far. */
	List<String> complaints() {
		return this.session.events()
			.stream()
			.filter((entry) -> entry.path("level").asString("").equals("error"))
			.map((entry) -> entry.path("text").asString(""))
			.toList();
	}

	@Override
	public void close() {
		try {
			this.session.command("browser.close", Map.of());
		}
		catch (CompletionException ex) {
			// It is ended below.
		}
		this.session.close();
		end();
	}

	private void end() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
				this.process.destroyForcibly().waitFor();
			}
			FileSystemUtils.deleteRecursively(this.folder);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (IOException ex) {
			this.folder.toFile().deleteOnExit();
		}
	}

}
