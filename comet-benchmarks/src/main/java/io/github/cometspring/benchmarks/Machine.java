package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The machine on which the measures are taken.
 */
final class Machine {

	private Machine() {
	}

	static List<String> describe() {
		return List.of(
				"%s, %d cores, %s %s".formatted(processor(), Runtime.getRuntime().availableProcessors(),
						System.getProperty("os.name"), System.getProperty("os.version")),
				"Java %s (%s)".formatted(Runtime.version(), System.getProperty("java.vm.vendor")));
	}

	private static String processor() {
		try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
			return lines.filter((line) -> line.startsWith("model name"))
				.map((line) -> line.substring(line.indexOf(':') + 1).trim())
				.findFirst()
				.orElse("Unknown processor");
		}
		catch (IOException ex) {
			return "Unknown processor";
		}
	}

}
