package io.github.cometspring.documentation;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.cometspring.autoconfigure.CometProperties;
import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the application that {@code docs/getting-started.md} prints, from nothing but the
 * printed files, and tries it as that document, the README and those for users of the
 * original say.
 */
class ReadmeApplicationIT {

	private static final Pattern IMPORT = Pattern.compile("import \\{ Comet } from '([^']+)'");

	private static final Pattern SUBSCRIPTION = Pattern.compile("subscribe\\('([^']+)'");

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@TempDir
	private static Path project;

	private static Document steps;

	private static PrintedApplication application;

	/** Without Spring Security, which these tests have on their class path. */
	@BeforeAll
	static void start() throws IOException, ClassNotFoundException {
		steps = Document.at("docs/getting-started.md");
		application = new PrintedApplication(steps, project);
		application.start("--server.port=0", "--spring.autoconfigure.exclude="
				+ "org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration,"
				+ "org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration,"
				+ "org.springframework.boot.security.autoconfigure.actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration");
	}

	@AfterAll
	static void stop() throws IOException {
		application.close();
	}

	private static List<CodeBlock> files() {
		return application.files();
	}

	@Test
	void filesShouldBeThoseOfTheSteps() {
		assertThat(files()).extracting(CodeBlock::language).containsExactly("yaml", "java", "html");
	}

	@Test
	void settingShouldCount() {
		assertThat(application.context().getBean(CometProperties.class).maxVirtualChannels()).isEqualTo(1000);
	}

	@Test
	void pageShouldBeServedAndFindItsScript() throws IOException, InterruptedException {
		HttpResponse<String> page = get("/");
		assertThat(page.body()).isEqualTo(files().get(2).text());
		Matcher script = IMPORT.matcher(page.body());
		assertThat(script.find()).isTrue();
		HttpResponse<String> answer = get(script.group(1));
		assertThat(answer.statusCode()).isEqualTo(200);
		assertThat(answer.headers().firstValue("Content-Type"))
			.hasValueSatisfying((type) -> assertThat(type).startsWith("text/javascript"));
		assertThat(answer.body()).contains("export class Comet");
	}

	@Test
	void stateShouldHaveTheMembersThatTheDocumentShows() throws IOException, InterruptedException {
		CodeBlock printed = Document.all()
			.stream()
			.filter((document) -> document.path().endsWith("operations.md"))
			.flatMap((document) -> document.blocks().stream())
			.filter((block) -> block.language().equals("json"))
			.findFirst()
			.orElseThrow();
		assertThat(members(get("/actuator/comet").body())).isEqualTo(members(printed.text()));
	}

	private static Set<String> members(String json) {
		Set<String> members = new TreeSet<>();
		JsonMapper.shared().readTree(json).properties().forEach((member) -> {
			members.add(member.getKey());
			member.getValue().propertyNames().forEach((name) -> members.add(member.getKey() + "." + name));
		});
		return members;
	}

	/** In the order of the page: what is switched off is switched on again. */
	@Test
	void commandsShouldDoWhatTheySay() throws IOException, InterruptedException {
		List<CurlCommand> commands = new ArrayList<>(CurlCommand.in(steps));
		commands.addAll(CurlCommand.in(Document.at("docs/original.md")));
		assertThat(CurlCommand.in(Document.readme())).extracting(CurlCommand::text)
			.containsExactly("curl -X POST localhost:8080/actuator/comet/deactivate",
					"curl -X POST localhost:8080/actuator/comet/activate");
		commands.addAll(CurlCommand.in(Document.readme()));
		assertThat(commands).hasSizeGreaterThanOrEqualTo(7)
			.anyMatch((command) -> command.text().endsWith("/" + channel()));
		for (CurlCommand command : commands) {
			HttpResponse<String> answer = client.send(command.toPort(port()), BodyHandlers.ofString());
			assertThat(answer.statusCode()).as("%s: %s", command, answer.body()).isEqualTo(200);
			if (command.text().endsWith("/" + channel())) {
				assertThat(poll().body()).contains("\"data\":\"%s\"".formatted(command.body()));
			}
			if (command.text().contains("/actuator/")) {
				assertThat(answer.body()).contains("\"active\":" + !command.text().contains("deactivate"));
			}
			if (command.text().contains("deactivate")) {
				assertThat(poll().statusCode()).isEqualTo(503);
			}
			client.send(CurlCommand.parse("curl -X POST localhost/actuator/comet/activate").toPort(port()),
					BodyHandlers.discarding());
		}
	}

	/** The channel to which the page subscribes. */
	private static String channel() {
		Matcher channel = SUBSCRIPTION.matcher(files().get(2).text());
		assertThat(channel.find()).isTrue();
		return channel.group(1);
	}

	private static HttpResponse<String> poll() throws IOException, InterruptedException {
		return client.send(HttpRequest.newBuilder(address("/comet"))
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString("{\"channels\":[\"%s\"],\"cursor\":\"earliest\"}".formatted(channel())))
			.build(), BodyHandlers.ofString());
	}

	private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return client.send(HttpRequest.newBuilder(address(path)).build(), BodyHandlers.ofString());
	}

	private static URI address(String path) {
		return URI.create("http://localhost:%d%s".formatted(port(), path));
	}

	private static int port() {
		return application.port();
	}

}
