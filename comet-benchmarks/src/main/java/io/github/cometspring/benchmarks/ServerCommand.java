package io.github.cometspring.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The command that starts a server.
 */
final class ServerCommand {

	private static final Path NGINX = path("NGINX", "/usr/sbin/nginx");

	private static final Path NCHAN = path("NCHAN_MODULE", "/usr/lib/nginx/modules/ngx_nchan_module.so");

	// nginx does not notice the end of its parent: the shell waits for the end of input
	private static final String GUARDED = "\"$@\" & guarded=$!; trap 'kill $guarded; exit' TERM; "
			+ "cat <&0 >/dev/null & wait -n; kill $guarded; wait $guarded";

	private final Options options;

	ServerCommand(Options options) {
		this.options = options;
	}

	private static Path path(String variable, String otherwise) {
		return Path.of(System.getenv().getOrDefault(variable, otherwise));
	}

	/**
	 * Why a server cannot be measured on this machine.
	 * @return the reason, or empty if it can
	 */
	static Optional<String> obstacle(ServerKind kind) {
		if (kind == ServerKind.NCHAN && !(Files.isExecutable(NGINX) && Files.isReadable(NCHAN))) {
			return Optional.of("not installed (Debian: nginx and libnginx-mod-nchan)");
		}
		if (kind.isJvm()
				&& ServerCommand.class.getResource("/" + kind.mainClass().replace('.', '/') + ".class") == null) {
			return Optional.of("not in this build");
		}
		return kind.isOnRedis() ? Redis.obstacle() : Optional.empty();
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
			command.addAll(guarded("nginx", List.of(NGINX.toString(), "-c", configuration(port))));
		}
		return command;
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
		command.addAll(this.options.jvmArguments());
		command.add("-cp");
		command.add(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> kind.uses(Path.of(entry).getFileName().toString()))
			.collect(Collectors.joining(File.pathSeparator)));
		return command;
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
					.replace("MODULE", NCHAN.toString())
					.replace("PORT", String.valueOf(port)));
		return file.toString();
	}

	/**
	 * The processes whose CPU time counts for the server.
	 */
	static List<Long> processIds(Process process, ServerKind kind) {
		if (kind.isJvm()) {
			return List.of(process.pid());
		}
		Stream<ProcessHandle> family = process.descendants();
		return family.filter((each) -> each.info().command().orElse("").equals(NGINX.toString()))
			.map(ProcessHandle::pid)
			.toList();
	}

}
