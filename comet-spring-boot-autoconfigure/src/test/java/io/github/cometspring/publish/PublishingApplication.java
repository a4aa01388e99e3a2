package io.github.cometspring.publish;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.autoconfigure.CometAutoConfiguration;
import io.github.cometspring.autoconfigure.CometPublishAutoConfiguration;
import io.github.cometspring.autoconfigure.CometTypedAutoConfiguration;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/**
 * An application with the beans of the starter, to which a test adds those that publish,
 * and what these have published.
 */
final class PublishingApplication {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private PublishingApplication() {
	}

	static ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class,
					CometAutoConfiguration.class, CometTypedAutoConfiguration.class, JacksonAutoConfiguration.class,
					CometPublishAutoConfiguration.class));
	}

	/** What has been published on a channel, which gets one more message. */
	static List<String> published(ApplicationContext context, String channel) {
		Channels channels = context.getBean(Channels.class);
		return channels.find(channel)
			.flatMapMany((found) -> found.deliver("\"end\"").thenMany(found.messages(Cursor.EARLIEST)))
			.map(Message::data)
			.takeUntil("\"end\""::equals)
			.filter((text) -> !text.equals("\"end\""))
			.collectList()
			.block(PATIENCE);
	}

}
