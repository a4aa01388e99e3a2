package io.github.cometspring.typed;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelDefaults;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.DuplicateChannelException;
import io.github.cometspring.channel.InvalidChannelNameException;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.TooManyChannelsException;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;

/**
 * Channels of values: inject this to create one or to find one. They are
 * {@linkplain MessageFormat#JSON JSON} channels, which {@link Channels} has as well.
 * <p>
 * Thread-safe. Every returned publisher is lazy: nothing happens before it is subscribed
 * to, and each subscription acts anew.
 *
 * @since 0.1.0
 */
public final class TypedChannels {

	private final Channels channels;

	private final ChannelDefaults defaults;

	private final ObjectMapper mapper;

	/**
	 * Creates the view.
	 * @param channels the channels
	 * @param defaultSettings the settings of channels that are created without any; their
	 * format is replaced by JSON
	 * @param mapper writes and reads the values
	 */
	public TypedChannels(Channels channels, ChannelSettings defaultSettings, ObjectMapper mapper) {
		this(channels, ChannelDefaults.of(defaultSettings), mapper);
	}

	/**
	 * Creates the view, with settings that may depend on the name of a channel.
	 * @param channels the channels
	 * @param defaults the settings of channels that are created without any; their format
	 * is replaced by JSON
	 * @param mapper writes and reads the values
	 */
	public TypedChannels(Channels channels, ChannelDefaults defaults, ObjectMapper mapper) {
		this.channels = channels;
		this.defaults = defaults.withFormat(MessageFormat.JSON);
		this.mapper = mapper;
	}

	/**
	 * Creates a channel with a fresh id of at least 128 random bits.
	 * @param <T> the type of the values
	 * @param type the type of the values
	 * @return the channel, or {@link TooManyChannelsException}
	 */
	public <T> Mono<TypedChannel<T>> create(Class<T> type) {
		return typed(this.channels.create(this.defaults.general()), this.mapper.constructType(type));
	}

	/**
	 * Creates a channel of values of a generic type, with a fresh id.
	 * @param <T> the type of the values
	 * @param type the type of the values
	 * @return the channel, or an error as for {@link #create(Class)}
	 */
	public <T> Mono<TypedChannel<T>> create(TypeReference<T> type) {
		return typed(this.channels.create(this.defaults.general()), this.mapper.constructType(type));
	}

	/**
	 * Creates a channel with a name of the application's choice.
	 * @param <T> the type of the values
	 * @param name the name, which becomes the id
	 * @param type the type of the values
	 * @return the channel, or {@link DuplicateChannelException},
	 * {@link TooManyChannelsException} or {@link InvalidChannelNameException}
	 */
	public <T> Mono<TypedChannel<T>> create(String name, Class<T> type) {
		return Mono.defer(() -> create(name, type, this.defaults.forName(name)));
	}

	/**
	 * Creates a channel of values of a generic type, with a name.
	 * @param <T> the type of the values
	 * @param name the name, which becomes the id
	 * @param type the type of the values
	 * @return the channel, or an error as for {@link #create(String, Class)}
	 */
	public <T> Mono<TypedChannel<T>> create(String name, TypeReference<T> type) {
		return Mono.defer(() -> create(name, type, this.defaults.forName(name)));
	}

	/**
	 * Creates a named channel with its own settings.
	 * @param <T> the type of the values
	 * @param name the name, which becomes the id
	 * @param type the type of the values
	 * @param settings the settings of the channel; their format is replaced by JSON
	 * @return the channel, or an error as for {@link #create(String, Class)}
	 */
	public <T> Mono<TypedChannel<T>> create(String name, Class<T> type, ChannelSettings settings) {
		return typed(this.channels.create(name, settings.withFormat(MessageFormat.JSON)),
				this.mapper.constructType(type));
	}

	/**
	 * Creates a named channel of values of a generic type, with its own settings.
	 * @param <T> the type of the values
	 * @param name the name, which becomes the id
	 * @param type the type of the values
	 * @param settings the settings of the channel; their format is replaced by JSON
	 * @return the channel, or an error as for {@link #create(String, Class)}
	 */
	public <T> Mono<TypedChannel<T>> create(String name, TypeReference<T> type, ChannelSettings settings) {
		return typed(this.channels.create(name, settings.withFormat(MessageFormat.JSON)),
				this.mapper.constructType(type));
	}

	/**
	 * The channel of a name, created if there is none.
	 * @param <T> the type of the values
	 * @param name the name
	 * @param type the type of the values; for a channel that exists, a wrong type is not
	 * noticed before messages are read
	 * @return the channel, or {@link TooManyChannelsException} or
	 * {@link InvalidChannelNameException}, or {@link TextChannelException} if there is
	 * one and it is for text
	 */
	public <T> Mono<TypedChannel<T>> obtain(String name, Class<T> type) {
		return typed(Mono.defer(() -> this.channels.obtain(name, this.defaults.forName(name))),
				this.mapper.constructType(type));
	}

	/**
	 * The channel of a name for values of a generic type, created if there is none.
	 * @param <T> the type of the values
	 * @param name the name
	 * @param type the type of the values
	 * @return the channel, or an error as for {@link #obtain(String, Class)}
	 */
	public <T> Mono<TypedChannel<T>> obtain(String name, TypeReference<T> type) {
		return typed(Mono.defer(() -> this.channels.obtain(name, this.defaults.forName(name))),
				this.mapper.constructType(type));
	}

	/**
	 * Finds a living channel.
	 * @param <T> the type of the values
	 * @param id the id, valid or not
	 * @param type the type of the values, as for {@link #obtain(String, Class)}
	 * @return the channel, or empty if there is none, or {@link TextChannelException} if
	 * it is for text
	 */
	public <T> Mono<TypedChannel<T>> find(String id, Class<T> type) {
		return typed(this.channels.find(id), this.mapper.constructType(type));
	}

	/**
	 * Finds a living channel for values of a generic type.
	 * @param <T> the type of the values
	 * @param id the id, valid or not
	 * @param type the type of the values
	 * @return the channel, as for {@link #find(String, Class)}
	 */
	public <T> Mono<TypedChannel<T>> find(String id, TypeReference<T> type) {
		return typed(this.channels.find(id), this.mapper.constructType(type));
	}

	private <T> Mono<TypedChannel<T>> typed(Mono<Channel> channel, JavaType type) {
		return channel.map((found) -> {
			if (found.format() != MessageFormat.JSON) {
				throw new TextChannelException(found.id());
			}
			// Written as the declared type and not as the runtime type, so that
			// a subtype gets its type id and generic parameters are known.
			return new TypedChannel<>(found, this.mapper.writerFor(type), this.mapper.readerFor(type));
		});
	}

}
