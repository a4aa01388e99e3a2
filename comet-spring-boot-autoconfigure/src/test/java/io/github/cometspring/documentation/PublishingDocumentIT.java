package io.github.cometspring.documentation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;
import io.github.cometspring.testing.Requirement;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Types the commands of {@code docs/publishing-over-http.md} as printed, one after the
 * other. Needs bash and curl; where one is missing the test is skipped, or fails if the
 * environment has {@code CI}.
 */
class PublishingDocumentIT {

	private static final String KEY = "0123456789abcdef0123456789abcdef";

	@TempDir
	private Path folder;

	@BeforeAll
	static void require() {
		Requirement.requireProgram("bash");
		Requirement.requireProgram("curl");
	}

	@Test
	void commandsShouldPublishAsPrinted() throws IOException, InterruptedException {
		List<CodeBlock> blocks = Document.of("publishing-over-http.md")
			.blocks()
			.stream()
			.filter((block) -> block.language().equals("sh"))
			.toList();
		assertThat(blocks).hasSizeGreaterThan(4);
		try (CometServer server = CometServer.start("comet.publish.enabled=true", "comet.publish.keys=" + KEY)) {
			server.create("news");
			server.create("sport");
			StringBuilder output = new StringBuilder();
			for (CodeBlock block : blocks) {
				assertThat(block.text()).contains("localhost:8080/comet/publish");
				String script = "KEY=%s\n%s".formatted(KEY,
						block.text().replace("localhost:8080", "localhost:" + server.port()));
				output.append(Shell.run(this.folder, script));
			}
			assertThat(output.toString()).doesNotContain("\"error\"").containsOnlyOnce("\"repeated\":true");
			assertThat(messages(server, "news", 7)).containsExactly("Hello", "Hello again", "one", "two", "three",
					"four", "Paid");
			assertThat(messages(server, "sport", 1)).containsExactly("two");
		}
	}

	private static List<String> messages(CometServer server, String channel, int count) {
		return Objects.requireNonNull(server.channels()
			.find(channel)
			.flatMapMany((found) -> found.messages(Cursor.EARLIEST))
			.map(Message::data)
			.take(count)
			.collectList()
			.block(Duration.ofSeconds(10)));
	}

}
