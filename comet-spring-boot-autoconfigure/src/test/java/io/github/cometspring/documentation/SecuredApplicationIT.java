package io.github.cometspring.documentation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.Requirement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Builds and runs the application of {@code docs/secured-application.md} from the text of
 * that page alone, with the keys and tokens that its commands make. Needs bash, openssl
 * and curl; where one is missing the tests are skipped, or fail if the environment has
 * {@code CI}.
 */
class SecuredApplicationIT {

	@TempDir
	private static Path project;

	private static Document page;

	private static PrintedApplication application;

	@BeforeAll
	static void start() throws IOException, InterruptedException, ClassNotFoundException {
		for (String program : List.of("bash", "openssl", "curl")) {
			Requirement.requireProgram(program);
		}
		page = Document.of("secured-application.md");
		application = new PrintedApplication(page, project);
		Shell.run(project, commands("genrsa"));
		application.start("--server.port=0");
	}

	@AfterAll
	static void stop() throws IOException {
		if (application != null) {
			application.close();
		}
	}

	/** The block of commands that has a word. */
	private static String commands(String word) {
		List<CodeBlock> blocks = page.blocks()
			.stream()
			.filter((block) -> block.language().equals("sh") && block.text().contains(word))
			.toList();
		assertThat(blocks).hasSize(1);
		return blocks.get(0).text();
	}

	@Test
	void filesShouldBeThoseOfTheSteps() {
		assertThat(application.files()).extracting(CodeBlock::language).containsExactly("yaml", "java", "html");
	}

	@Test
	void commandsShouldDoWhatThePageSays() throws IOException, InterruptedException {
		String tried = curl(commands("localhost:8080/comet"));
		assertThat(tried).contains("\"channel\":\"orders/ada\"", "\"offset\":", "\"data\":\"On its way\"");
		assertThat(curl(commands("/actuator/prometheus"))).contains("comet_messages_published_total",
				"\"active\":true");
	}

	private static String curl(String commands) throws IOException, InterruptedException {
		assertThat(commands).contains("localhost:8080/");
		return Shell.run(project,
				commands("encode()") + commands.replace("localhost:8080", "localhost:" + application.port()));
	}

	@Test
	void messageShouldReachItsUserOnAllTransports() throws IOException, InterruptedException {
		String token = token("ADA");
		String header = "Authorization: Bearer " + token;
		Channel channel = application.context().getBean(Channels.class).obtain("orders/ada").block();
		int before = channel.subscribers();
		try (RawConnection poll = RawConnection.open(application.port());
				RawEventStream events = RawEventStream.open(application.port(), "channel=orders/ada", header);
				RawWebSocket socket = RawWebSocket.open(RawConnection.open(application.port()), protocol(token))) {
			assertThat(events.head().status()).isEqualTo(200);
			assertThat(socket.send("{\"subscribe\":[\"orders/ada\"]}").text()).contains("cursor");
			String cursor = channel.cursor().block().token();
			assertThat(publish(token("SHOP"), "ada").status()).isEqualTo(200);
			assertThat(events.message().data()).contains("by hand");
			assertThat(socket.text()).contains("by hand");
			assertThat(poll(poll, "orders/ada", cursor, header).body()).contains("by hand");
		}
		assertThat(before).isZero();
	}

	@Test
	void othersShouldBeRefused() throws IOException, InterruptedException {
		String ada = token("ADA");
		try (RawConnection client = RawConnection.open(application.port())) {
			assertThat(poll(client, "orders/bea", "earliest", "Authorization: Bearer " + ada).status()).isEqualTo(403);
		}
		String[] parts = ada.split("\\.");
		String forged = parts[0] + "."
				+ Base64.getUrlEncoder()
					.withoutPadding()
					.encodeToString("{\"sub\":\"bea\",\"exp\":4102444800}".getBytes(StandardCharsets.US_ASCII))
				+ "." + parts[2];
		String expired = Shell.run(project, commands("encode()").replace("+ 600", "- 600") + "echo $ADA").strip();
		for (String bad : List.of(forged, expired, "x")) {
			try (RawConnection client = RawConnection.open(application.port())) {
				assertThat(poll(client, "orders/ada", "earliest", "Authorization: Bearer " + bad).status())
					.isEqualTo(401);
			}
		}
		assertThat(publish(ada, "ada").status()).isEqualTo(403);
	}

	@Test
	void metersShouldBeForOperatorsAlone() throws IOException, InterruptedException {
		assertThat(scrape(Optional.empty()).status()).isEqualTo(401);
		assertThat(scrape(Optional.of(token("ADA"))).status()).isEqualTo(403);
		Answer scrape = scrape(Optional.of(token("OPS")));
		assertThat(scrape.status()).isEqualTo(200);
		assertThat(scrape.body()).contains("comet_connections{", "comet_deliveries_total{");
	}

	private static Answer scrape(Optional<String> token) {
		try (RawConnection client = RawConnection.open(application.port())) {
			String[] headers = token.map((value) -> new String[] { "Authorization: Bearer " + value })
				.orElse(new String[0]);
			return client.request("GET", "/actuator/prometheus", null, "", headers).read();
		}
	}

	/** A token that the commands of the page have made. */
	private static String token(String name) throws IOException, InterruptedException {
		return Shell.run(project, commands("encode()") + "echo $" + name).strip();
	}

	private static Answer publish(String token, String user) {
		try (RawConnection client = RawConnection.open(application.port())) {
			return client.request("POST", "/orders/" + user, "text/plain", "by hand", "Authorization: Bearer " + token)
				.read();
		}
	}

	private static Answer poll(RawConnection client, String channel, String cursor, String header) {
		return client
			.request("POST", "/comet", "application/json",
					"{\"channels\":[\"%s\"],\"cursor\":\"%s\"}".formatted(channel, cursor), header)
			.read();
	}

	private static String protocol(String token) {
		return "Sec-WebSocket-Protocol: comet.bearer."
				+ Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes(StandardCharsets.US_ASCII));
	}

}
