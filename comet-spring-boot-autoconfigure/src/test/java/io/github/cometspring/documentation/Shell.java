package io.github.cometspring.documentation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs commands as a reader types them.
 */
final class Shell {

	private Shell() {
	}

	/**
	 * Runs a script in bash, and asserts that each of its commands succeeds.
	 * @param folder where it runs
	 * @param script the script
	 * @return what it prints
	 */
	static String run(Path folder, String script) throws IOException, InterruptedException {
		Process bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script).directory(folder.toFile())
			.redirectErrorStream(true)
			.start();
		bash.getOutputStream().close();
		String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(bash.waitFor()).as(output).isZero();
		return output;
	}

}
