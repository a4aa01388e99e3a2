package io.github.cometspring.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelBrokerContract;
import io.github.cometspring.redis.IncompatibleRedisException.Reason;
import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.RedisServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A broker whose user has exactly the rights in the documents fulfils the contract. With
 * one right less its node does not start.
 */
class RedisRightsTests extends ChannelBrokerContract {

	private static @Nullable RedisServer server;

	/** With a long timeout, since a start without an answer does not fail. */
	private final RedisNodes nodes = new RedisNodes().with(RedisNodes.FAST, Duration.ofSeconds(10));

	private int prefixes;

	@BeforeAll
	static void start() {
		server = RedisServer.start();
	}

	@AfterAll
	static void stop() {
		if (server != null) {
			server.close();
		}
	}

	@AfterEach
	void dispose() {
		this.nodes.close();
	}

	/**
	 * The line in the documents, of which there is one.
	 */
	static String line() {
		try {
			List<String> lines = Document.all()
				.stream()
				.flatMap((document) -> document.blocks().stream())
				.flatMap((block) -> block.text().lines())
				.filter((line) -> line.startsWith("ACL SETUSER "))
				.toList();
			assertThat(lines).hasSize(1);
			return lines.get(0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Stream<String> commands() {
		return Arrays.stream(line().split(" "))
			.filter((word) -> word.startsWith("+"))
			// Redis 7 allows HELLO to all users, and UNSUBSCRIBE may fail.
			.filter((word) -> !word.equals("+hello") && !word.equals("+unsubscribe"));
	}

	@Override
	protected ChannelBroker broker(@Nullable Integer limit) {
		return this.nodes.broker(node(limit, line()));
	}

	private RedisNode node(@Nullable Integer limit, String line) {
		if (server == null) {
			throw new IllegalStateException("No server");
		}
		String prefix = "test-" + System.nanoTime() + "-" + this.prefixes++;
		String own = line.replace("SETUSER comet", "SETUSER " + prefix)
			.replace("~comet:", "~" + prefix + ":")
			.replace("&comet:", "&" + prefix + ":");
		assertThat(server.command(own)).isEqualTo("+OK");
		return this.nodes.node(server.port(), prefix, limit, prefix, "secret");
	}

	@ParameterizedTest
	@MethodSource("commands")
	void startWithoutACommandShouldFailAndNameIt(String command) {
		RedisNode node = node(null, line().replaceFirst(" \\" + command.replace("|", "\\|") + "(?= |$)", ""));
		assertThatExceptionOfType(IncompatibleRedisException.class).isThrownBy(() -> RedisNodes.start(node))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(Reason.RIGHTS))
			.satisfies((ex) -> assertThat(ex.getMessage()).containsIgnoringCase(command.substring(1)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "~comet:", "&comet:" })
	void startWithoutKeysOrFeedsShouldFail(String pattern) {
		RedisNode node = node(null, line().replace(pattern, pattern.charAt(0) + "other:"));
		assertThatExceptionOfType(IncompatibleRedisException.class).isThrownBy(() -> RedisNodes.start(node))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(Reason.RIGHTS));
	}

	@Test
	void startWithWrongPasswordShouldFail() {
		RedisNode node = node(null, line().replace(">secret", ">other"));
		assertThatExceptionOfType(IncompatibleRedisException.class).isThrownBy(() -> RedisNodes.start(node))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(Reason.LOGIN));
	}

}
