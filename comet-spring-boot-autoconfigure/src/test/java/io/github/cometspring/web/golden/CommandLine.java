package io.github.cometspring.web.golden;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.cometspring.control.CometCommand;
import io.github.cometspring.control.InvalidTimeoutException;
import org.jspecify.annotations.Nullable;

import org.springframework.web.util.UriUtils;

/**
 * A line that was written into the original's command pipe. Its prefix {@code comet:}
 * corresponds to the path of the endpoint here.
 *
 * @param line the line
 */
record CommandLine(String line) {

	private static final String PREFIX = "comet:";

	/** The command, or {@code null} if it is unknown here. */
	@Nullable CometCommand parse() {
		List<String> words = words();
		if (!words.get(0).startsWith(PREFIX)) {
			return null;
		}
		try {
			Optional<CometCommand> command = CometCommand.parse(words.get(0).substring(PREFIX.length()),
					words.subList(1, words.size()));
			return command.orElse(null);
		}
		catch (InvalidTimeoutException ex) {
			return null;
		}
	}

	/** The command as a path of the actuator, to follow {@code /actuator}. */
	String path() {
		return words().stream()
			.flatMap((word) -> Stream.of(word.split(":", 2)))
			.map((word) -> UriUtils.encodePathSegment(word, StandardCharsets.UTF_8))
			.collect(Collectors.joining("/", "/", ""));
	}

	private List<String> words() {
		return List.of(this.line.strip().split(" "));
	}

}
