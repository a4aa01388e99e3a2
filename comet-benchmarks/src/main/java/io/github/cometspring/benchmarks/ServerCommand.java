package io.github.cometspring.benchmarks;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The command that starts a server.
 */
final class ServerCommand {

	// Programs of others do not notice the end of their parent: the shell waits for the
	// end of input
	private static final String GUARDED = "\"$@\" & guarded=$!; trap 'kill $guarded; exit' TERM; "
			+ "cat <&0 >/dev/null & wait -n; kill $guarded; wait $guarded";

	private final Options options;

	ServerCommand(Options options) {
		this.options = options;
	}

	/**
	 * A command that ends when this process has ended, for programs that would not
	 * notice.
	 */
	static List<String> guarded(String name, List<String> command) {
		List<String> guarded = new ArrayList<>(List.of("bash", "-c", GUARDED, name));
		guarded.addAll(command);
		return guarded;
	}

	List<String> of(ServerKind kind, int port, List<String> further) throws IOException {
		List<String> command = new ArrayList<>(
				List.of("taskset", "-c", this.options.serverCpu() + "," + this.options.loadCpu()));
		if (kind.isJvm()) {
			command.addAll(java(kind));
			command.add(kind.mainClass());
			command.addAll(kind.arguments(port));
			command.addAll(further);
		}
		else {
			command.addAll(guarded(kind.toString(), program(kind, port)));
		}
		return command;
	}

	private List<String> program(ServerKind kind, int port) throws IOException {
		List<String> command = new ArrayList<>(List.of(program(kind).toString()));
		switch (kind) {
			case NCHAN -> command.addAll(List.of("-c", configuration(port)));
			case BUN -> command
				.addAll(List.of(Resources.copy("bun-server.js", this.options.work()).toString(), String.valueOf(port)));
			default -> command.addAll(kind.arguments(port));
		}
		return command;
	}

	/**
	 * The program of a server that does not run on the JVM.
	 */
	private Path program(ServerKind kind) {
		return switch (kind) {
			case NCHAN -> Obstacle.NGINX;
			case BUN -> Obstacle.bun().orElseThrow();
			default -> CProgram.FLOOR.path(this.options);
		};
	}

	/**
	 * A JVM with the class path of a server, without the main class.
	 */
	List<String> java(ServerKind kind) {
		List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
				// It will have one core, though it starts on more
				"-XX:ActiveProcessorCount=1",
				// As Netty and nginx, one event loop; Reactor Netty starts four or more
				"-Dreactor.netty.ioWorkerCount=1", "-XX:+UseG1GC", "-Xms" + this.options.heap(),
				"-Xmx" + this.options.heap(), "-XX:+IgnoreUnrecognizedVMOptions", "--enable-native-access=ALL-UNNAMED",
				"--sun-misc-unsafe-memory-access=allow"));
		if (kind.isArchived()) {
			command.addAll(new Archive(this.options).arguments());
		}
		command.addAll(this.options.jvmArguments());
		command.add("-cp");
		command.add(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> kind.uses(Path.of(entry).getFileName().toString()))
			.map((entry) -> kind.isArchived() ? packed(entry) : entry)
			.collect(Collectors.joining(File.pathSeparator)));
		return command;
	}

	/**
	 * An entry of the class path as a jar, since the JVM archives no classes of folders.
	 */
	private static String packed(String entry) {
		Path folder = Path.of(entry);
		if (!Files.isDirectory(folder)) {
			return entry;
		}
		Path target = folder.toAbsolutePath().getParent();
		try (Stream<Path> jars = Files.list(target)) {
			return jars.filter((file) -> file.getFileName().toString().matches("comet-benchmarks-.*\\.jar"))
				.findFirst()
				.orElseThrow(() -> new FileNotFoundException("The jar of the benchmarks in " + target))
				.toString();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private String configuration(int port) throws IOException {
		Path run = Files.createDirectories(this.options.work().resolve("nginx-" + port));
		String text;
		try (var template = Resources.open("nginx.conf.in")) {
			text = new String(template.readAllBytes(), StandardCharsets.UTF_8);
		}
		Path file = run.resolve("nginx.conf");
		Files.writeString(file,
				text.replace("RUN", run.toString())
					.replace("MODULE", Obstacle.NCHAN.toString())
					.replace("PORT", String.valueOf(port)));
		return file.toString();
	}

	/**
	 * The processes whose CPU time counts for the server.
	 */
	List<Long> processIds(Process process, ServerKind kind) {
		if (kind.isJvm()) {
			return List.of(process.pid());
		}
		String program = program(kind).toString();
		Stream<ProcessHandle> family = process.descendants();
		return family.filter((each) -> each.info().command().orElse("").equals(program))
			.map(ProcessHandle::pid)
			.toList();
	}

}
