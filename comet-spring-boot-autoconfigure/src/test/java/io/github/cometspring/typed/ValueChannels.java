package io.github.cometspring.typed;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.Message;
import org.junit.jupiter.api.AfterEach;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.json.JsonMapper;

/**
 * Channels of values upon a broker in memory.
 */
abstract class ValueChannels {

	static final Duration PATIENCE = Duration.ofSeconds(5);

	static final TypeReference<Map<String, List<Bid>>> GENERIC = new TypeReference<>() {
	};

	final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, VirtualTimeScheduler.create());

	final Channels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 1000, Schedulers.immediate());

	final TypedChannels typed = new TypedChannels(this.channels, ChannelSettings.DEFAULT,
			JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build());

	@AfterEach
	void dispose() {
		this.broker.dispose();
	}

	static List<String> texts(Channel channel, int count) {
		return await(channel.messages(Cursor.EARLIEST).take(count).map(Message::data).collectList());
	}

	static <T> T await(Mono<T> mono) {
		return Objects.requireNonNull(mono.block(PATIENCE));
	}

	record Bid(String by, int amount) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes({ @JsonSubTypes.Type(value = Sold.class, name = "sold"),
			@JsonSubTypes.Type(value = Opened.class, name = "opened") })
	interface Event {

	}

	record Sold(String item) implements Event {
	}

	record Opened(int items) implements Event {
	}

	static final class Broken {

		public String getValue() {
			throw new IllegalStateException("broken");
		}

	}

	static final class Incomplete {

		public String getValue() {
			throw new NoClassDefFoundError("on purpose");
		}

	}

	@JsonSerialize(using = RefusingSerializer.class)
	record Refused() {
	}

	static final class RefusingSerializer extends ValueSerializer<Refused> {

		@Override
		public void serialize(Refused value, JsonGenerator json, SerializationContext context) {
			throw new IllegalStateException("on purpose");
		}

	}

	static final class Circle {

		public Circle getSelf() {
			return this;
		}

	}

}
