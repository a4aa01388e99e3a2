package io.github.cometspring.sample;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import io.github.cometspring.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application processed ahead of time, as {@code process-aot} of Spring Boot's Maven
 * plugin does, and run in a JVM of its own with what that has generated.
 */
class AheadOfTimeIT {

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

	private static final JsonMapper JSON = new JsonMapper();

	private final HttpClient client = HttpClient.newHttpClient();

	@TempDir
	private static Path folder;

	private Process server;

	@BeforeAll
	static void build() throws IOException, InterruptedException {
		process();
		compile();
	}

	@AfterEach
	void stop() throws InterruptedException {
		if (this.server != null) {
			this.server.destroyForcibly().waitFor();
		}
	}

	@Test
	void applicationShouldRunAsItWasProcessed() throws IOException, InterruptedException {
		String address = start();
		JsonNode sale = JSON.readTree(get(address + "/api/items").body());
		assertThat(get(address + "/").body()).contains("<html");
		assertThat(get(address + "/comet/comet.js").body()).contains("export class Comet");
		HttpResponse<String> poll = poll(address, sale);
		assertThat(poll.statusCode()).isEqualTo(200);
		assertThat(JSON.readTree(poll.body()).path("cursor").isString()).isTrue();
		assertThat(JSON.readTree(poll.body()).has("ended")).isFalse();
	}

	/** They are not known ahead of time. */
	@Test
	void applicationWhenKeysOfGrantsAreConfiguredAtStartShouldDemandGrants() throws IOException, InterruptedException {
		String address = start("--comet.grants.keys=0123456789abcdef0123456789abcdef");
		JsonNode sale = JSON.readTree(get(address + "/api/items").body());
		assertThat(poll(address, sale).statusCode()).isEqualTo(403);
	}

	@Test
	void hintsOfStarterShouldBeGenerated() throws IOException {
		Path hints = folder.resolve("resources")
			.resolve("META-INF/native-image/io.github.cometspring/sample-app/reachability-metadata.json");
		// Slashes may be escaped.
		assertThat(Files.readString(hints).replace("\\/", "/")).contains("META-INF/comet/*")
			.contains("META-INF/comet/redis/*")
			.contains("io.github.cometspring.autoconfigure.CometProperties");
	}

	private HttpResponse<String> poll(String address, JsonNode sale) throws IOException, InterruptedException {
		return send(HttpRequest.newBuilder(URI.create(address + "/comet"))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers
				.ofString("{\"channels\":[\"%s\"],\"cursor\":\"earliest\",\"timeout\":\"PT0S\"}"
					.formatted(sale.path("announcements").path("channel").stringValue()))));
	}

	/**
	 * Generates the code that registers the beans.
	 */
	private static void process() throws IOException, InterruptedException {
		Path output = folder.resolve("processing.txt");
		Process process = java(output, List.of(), classPath(), SpringApplicationAotProcessor.class.getName(),
				SampleApplication.class.getName(), path("sources"), path("resources"), path("classes"),
				"io.github.cometspring", "sample-app");
		boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		process.destroyForcibly();
		assertThat(ended && process.exitValue() == 0).as(Files.readString(output)).isTrue();
	}

	private static void compile() throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		StringWriter words = new StringWriter();
		try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null);
				Stream<Path> files = Files.walk(folder.resolve("sources"))) {
			List<Path> sources = files.filter((file) -> file.toString().endsWith(".java")).toList();
			boolean compiled = compiler
				.getTask(words, manager, null,
						List.of("-proc:none", "-nowarn", "-d", path("classes"), "-cp",
								path("classes") + File.pathSeparator + classPath()),
						null, manager.getJavaFileObjectsFromPaths(sources))
				.call();
			assertThat(compiled).as(words.toString()).isTrue();
		}
	}

	/**
	 * Starts the application.
	 * @param arguments further arguments
	 * @return its address
	 */
	private String start(String... arguments) throws IOException {
		Path output = folder.resolve("server.txt");
		String classPath = String.join(File.pathSeparator, path("classes"), path("resources"), classPath());
		String[] all = Stream
			.concat(Stream.of(SampleApplication.class.getName(), "--server.port=0", "--auction.simulate=false"),
					Stream.of(arguments))
			.toArray(String[]::new);
		this.server = java(output, List.of("-Dspring.aot.enabled=true"), classPath, all);
		Await.within(PATIENCE, () -> !this.server.isAlive() || PORT.matcher(Files.readString(output)).find());
		String log = Files.readString(output);
		assertThat(log).contains("Starting AOT-processed SampleApplication");
		Matcher port = PORT.matcher(log);
		assertThat(port.find()).as(log).isTrue();
		return "http://127.0.0.1:" + port.group(1);
	}

	private static Process java(Path output, List<String> options, String classPath, String... arguments)
			throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
		command.addAll(options);
		command.addAll(List.of("-cp", classPath));
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
	}

	private static String path(String name) {
		return folder.resolve(name).toString();
	}

	/**
	 * The class path of the tests without the tests, which have beans of their own.
	 */
	private static String classPath() {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !Path.of(entry).endsWith("test-classes"))
			.collect(Collectors.joining(File.pathSeparator));
	}

	private HttpResponse<String> get(String address) throws IOException, InterruptedException {
		HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(address)));
		assertThat(answer.statusCode()).as(address).isEqualTo(200);
		return answer;
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.client.send(request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
	}

}
