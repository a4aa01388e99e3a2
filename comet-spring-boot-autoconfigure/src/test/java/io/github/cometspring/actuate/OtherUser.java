package io.github.cometspring.actuate;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Runs programs as another user of this machine, for which the tests have to be root's.
 */
final class OtherUser {

	private static final boolean CI = System.getenv("CI") != null;

	private static final long PATIENCE_SECONDS = 30;

	private OtherUser() {
	}

	/**
	 * Skips a test where there are no such programs, and fails it where nothing may be
	 * skipped.
	 * @param programs the names of the programs
	 */
	static void assumeRootWith(String... programs) {
		assume("root, to run something as another user", "root".equals(System.getProperty("user.name")));
		for (String program : programs) {
			assume(program, find(program) != null);
		}
	}

	private static void assume(String name, boolean present) {
		if (CI) {
			assertThat(present).as("%s, which the tests need where CI is set", name).isTrue();
		}
		assumeThat(present).as(name).isTrue();
	}

	/**
	 * Finds a program.
	 * @param name its name
	 * @return its path, or {@code null} if there is none
	 */
	static String find(String name) {
		String path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin" + File.pathSeparator + "/usr/bin";
		return Stream.of(path.split(File.pathSeparator))
			.map((directory) -> new File(directory, name))
			.filter(File::canExecute)
			.map(File::getPath)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Sends a request to a port of this machine.
	 * @param user the number of the user who sends it
	 * @param port the port
	 * @param request the request, after whose answer the server closes the connection
	 * @return the answer
	 */
	static String send(int user, int port, String request) {
		List<String> command = new ArrayList<>(List.of(find("setpriv"), "--reuid=" + user, "--regid=" + user,
				"--clear-groups", find("bash"), "-c",
				"exec 3<>/dev/tcp/127.0.0.1/" + port + "; printf '%s' \"$1\" >&3; exec cat <&3", "bash", request));
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
			assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
			return answer;
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
