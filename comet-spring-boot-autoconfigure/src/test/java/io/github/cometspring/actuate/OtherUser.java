package io.github.cometspring.actuate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.testing.Requirement;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs programs as another user of this machine. The tests must run as root.
 */
final class OtherUser {

	private static final long PATIENCE_SECONDS = 30;

	private OtherUser() {
	}

	/**
	 * Sends a request to a port of this machine.
	 * @param user the number of the user who sends it
	 * @param port the port
	 * @param request the request, after whose answer the server closes the connection
	 * @return the answer
	 */
	static String send(int user, int port, String request) {
		List<String> command = new ArrayList<>(List.of(Requirement.find("setpriv"), "--reuid=" + user,
				"--regid=" + user, "--clear-groups", Requirement.find("bash"), "-c",
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
