package io.github.cometspring.netty;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.testing.BothPaths;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Two servers for all tests of a class, one on each path, that take publications over
 * HTTP from those who have one of two keys.
 */
final class PublishEndpoint implements BeforeAllCallback, AfterAllCallback {

	static final String PATH = "/comet/publish";

	static final String JSON = "application/json";

	static final String OLD_KEY = "old0123456789abcdef0123456789abcdef";

	static final String NEW_KEY = "new0123456789abcdef0123456789abcdef";

	/** The header of a publisher who may publish. */
	static final String KEY = "Authorization: Bearer " + NEW_KEY;

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	// Reactor Netty logs a warning of data that it cannot decode.
	private final BothPaths paths = new BothPaths("comet.publish.enabled=true",
			"comet.publish.keys=" + OLD_KEY + "," + NEW_KEY, "comet.publish.max-messages=20",
			"comet.max-channels-per-request=3", "comet.max-message-size=1KB", "comet.publish.max-request-size=10KB",
			"comet.publish.allowed-origins=https://friend.example")
		.exempting("reactor.netty.http.server.HttpServerOperations");

	private int channels;

	@Override
	public void beforeAll(ExtensionContext context) {
		this.paths.beforeAll(context);
	}

	@Override
	public void afterAll(ExtensionContext context) {
		this.paths.afterAll(context);
	}

	CometServer server(boolean fastPath) {
		return this.paths.server(fastPath);
	}

	RawConnection connect(boolean fastPath) {
		return RawConnection.open(server(fastPath).port());
	}

	Channel newChannel(boolean fastPath) {
		return server(fastPath).create(newName());
	}

	/** A name that no channel has had. */
	String newName() {
		return "c" + ++this.channels;
	}

	Answer publish(boolean fastPath, Channel channel, String body, String... headers) {
		String[] all = Stream.concat(Stream.of(KEY), Stream.of(headers)).toArray(String[]::new);
		return post(fastPath, PATH + "?channel=" + channel.id(), "text/plain", body, all);
	}

	Answer publishJson(boolean fastPath, String json) {
		return post(fastPath, PATH, JSON, json, KEY);
	}

	/** Sends a request on a connection of its own. */
	Answer post(boolean fastPath, String path, @Nullable String type, String body, String... headers) {
		try (RawConnection client = connect(fastPath)) {
			return client.request("POST", path, type, body, headers).read();
		}
	}

	/** All that has been published on a channel, which gets one more message. */
	static List<String> messages(Channel channel) {
		return Objects.requireNonNull(channel.cursor()
			.flatMap((end) -> channel.publish("the end"))
			.thenMany(channel.messages(Cursor.EARLIEST).map(Message::data).takeUntil("the end"::equals))
			.filter((data) -> !data.equals("the end"))
			.collectList()
			.block(PATIENCE));
	}

}
