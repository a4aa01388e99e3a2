package io.github.cometspring.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.OnceKey;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/scaling.md} lists the keys that Comet writes, names a test for each
 * failure, and its rights are sufficient.
 */
class ScalingDocumentTests {

	private static final Path DOCUMENT = Path.of("..", "docs", "scaling.md");

	private static final Pattern COMMENT = Pattern.compile("<!-- (.*?) -->");

	private static final Pattern KEY = Pattern
		.compile("(?m)^\\| `(comet:[^`]+)` \\| ([^|]+) \\| [^|]+ \\| ([^|]+) \\|$");

	private static final Duration PATIENCE = Traffic.PATIENCE;

	@Test
	void everyFailureShouldNameItsTest() throws IOException {
		String failures = Files.readString(DOCUMENT).split("\n## Failures\n")[1].split("\n\\*\\*")[0];
		List<String> rows = failures.lines()
			.filter((line) -> line.startsWith("| ") && !line.startsWith("| failure") && !line.startsWith("| ---"))
			.toList();
		assertThat(rows).hasSizeGreaterThan(10).allSatisfy((row) -> {
			List<String> cells = Stream.of(row.substring(1).split("\\|")).map(String::strip).toList();
			assertThat(cells).hasSize(3);
			assertThat(cells.get(0)).containsPattern(COMMENT);
		});
	}

	@Test
	void keysShouldBeThoseOfTheTable() throws IOException {
		Map<String, String> listed = new TreeMap<>();
		for (MatchResult row : KEY.matcher(Files.readString(DOCUMENT)).results().toList()) {
			listed.put(row.group(1), row.group(2) + (row.group(3).startsWith("none") ? "" : ", expires"));
		}
		// The table has one row for the key of an open channel and of an ended one.
		listed.merge("comet:{<instance>}:channel", " or hash, expires", String::concat);
		try (RedisServer server = RedisServer.start(); RedisNodes nodes = new RedisNodes()) {
			RedisNode node = nodes.node(server.port(), "comet", 10);
			use(nodes, node);
			// The first probe writes it.
			Await.within(PATIENCE, () -> server.command("EXISTS " + node.keys().check).equals(":1"));
			Map<String, String> found = server.command("KEYS comet:*")
				.lines()
				.collect(Collectors.toMap(ScalingDocumentTests::generalize,
						(key) -> server.command("TYPE " + key).substring(1).replace("zset", "sorted set")
								+ (server.command("PTTL " + key).equals(":-1") ? "" : ", expires"),
						(one, other) -> (one.equals(other)) ? one : "hash or hash, expires", TreeMap::new));
			assertThat(found).isEqualTo(listed);
		}
	}

	/**
	 * Creates an open channel, one that has ended and one that is ending, and gives a
	 * command.
	 */
	private static void use(RedisNodes nodes, RedisNode node) {
		RedisChannelBroker broker = nodes.broker(node);
		RedisControlRelay relay = new RedisControlRelay(node);
		CometControl control = new CometControl(Duration.ofSeconds(20), relay);
		relay.attach(control);
		control.deactivate().block(PATIENCE);
		ChannelSettings settings = Traffic.SETTINGS.withIdleTimeout(Duration.ofHours(1));
		broker.create("open", settings)
			.flatMap((log) -> log.appendOnce("1", new OnceKey("key", Duration.ofMinutes(1))))
			.block(PATIENCE);
		ChannelLog ended = broker.create("ended", settings).block(PATIENCE);
		ended.append("1").block(PATIENCE);
		ended.close().block(PATIENCE);
		// As when a node is killed while it closes the channel
		ChannelLog ending = broker.create("ending", settings).block(PATIENCE);
		String instance = ((RedisChannelLog) ending).registration().instance();
		node.call(RedisScript.REMOVE, new String[] { node.keys().registry, node.keys().idle, node.keys().ending,
				node.keys().ended("ending") }, "ending", instance, "60000", "0")
			.join();
	}

	private static String generalize(String key) {
		return key.replaceFirst("\\{(?!registry)\\w+}", "{<instance>}")
			.replaceFirst("ended:.*", "ended:<id>")
			.replaceFirst("once:.*", "once:<key>");
	}

	@Test
	void rightsShouldBeSufficient() throws IOException {
		String line = Files.readAllLines(DOCUMENT)
			.stream()
			.filter((text) -> text.startsWith("ACL SETUSER comet "))
			.findFirst()
			.orElseThrow();
		try (RedisServer server = RedisServer.start()) {
			assertThat(server.command(line)).isEqualTo("+OK");
			RedisURI uri = RedisURI.builder()
				.withHost("127.0.0.1")
				.withPort(server.port())
				.withAuthentication("comet", "secret")
				.build();
			RedisNode node = new RedisNode(uri, null,
					new RedisSettings("comet", RedisNodes.TIMEOUT, RedisNodes.FAST.probe(), 10), RedisNodes.FAST,
					Schedulers.parallel());
			try (RedisNodes nodes = new RedisNodes()) {
				use(nodes, node);
				RedisChannelBroker broker = nodes.broker(node);
				assertThat(broker.state().block(PATIENCE).channels()).isEqualTo(1);
				ChannelLog log = broker.findAll(Map.of("open", Cursor.EARLIEST)).block(PATIENCE).get("open");
				assertThat(log.readAll().messages()).hasSize(1);
				assertThat(server.command("ACL LOG")).isEqualTo("");
			}
			finally {
				node.dispose();
			}
		}
	}

}
