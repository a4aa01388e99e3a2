package io.github.cometspring.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.openqa.selenium.chrome.ChromeDriver;

import org.springframework.core.io.ClassPathResource;

/**
 * Checks the accessibility of the page that is open in a browser, with axe-core.
 */
final class Axe {

	private static final String RUN = """
			const done = arguments[0];
			axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => done(violations.flatMap(({ id, nodes }) =>
				nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))), (error) => done([String(error)]));
			""";

	private Axe() {
	}

	/**
	 * Applies all rules that axe-core applies by default.
	 * @return each rule that is violated, with the element
	 */
	@SuppressWarnings("unchecked")
	static List<String> violations(ChromeDriver driver) {
		try {
			driver.executeScript(new ClassPathResource("axe.min.js").getContentAsString(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return (List<String>) driver.executeAsyncScript(RUN);
	}

}
