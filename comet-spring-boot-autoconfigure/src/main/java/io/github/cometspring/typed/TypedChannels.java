package io.github.cometspring.typed;

import io.github.cometspring.channel.Channel;
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
 * Channels of values: inject this to create one or to find one. They are ordinary
 * {@linkplain MessageFormat#JSON JSON} channels, in {@link Channels} as well.
 * <p>
 * Thread-safe. Every returned publisher is lazy: nothing happens before it is subscribed
 * to, and each subscription acts anew.
 *
 * @since 0.1.0
 */
public final class TypedChannels {

	private final Channels channels;

	private final ChannelSettings defaultSettings;

	private final ObjectMapper mapper;

	/**
	 * Creates the view.
	 * @param channels the channels
	 * @param defaultSettings for channels that are created without settings of their own,
	 * of whatever format
	 * @param mapper writes and reads the values
	 */
	public TypedChannels(Channels channels, ChannelSettings defaultSettings, ObjectMapper mapper) {
		this.channels = channels;
		this.defaultSettings = defaultSettings.withFormat(MessageFormat.JSON);
		this.mapper = mapper;
	}

	/**
	 * Creates a channel with a fresh id of at least 128 random bits.
	 * @param <T> the type of the values
	 * @param type the type of the values
	 * @return the channel, or {@link TooManyChannelsException}
	 */
	public <T> Mono<TypedChannel<T>> create(Class<T> type) {
		return typed(this.channels.create(this.defaultSettings), this.mapper.constructType(type));
	}

	/**
	 * Creates a channel of values of a generic type, with a fresh id.
	 * @param <T> the type of the values
	 * @param type the type of the values
	 * @return the channel, or an error as for {@link #create(Class)}
	 */
	public <T> Mono<TypedChannel<T>> create(TypeReference<T> type) {
		return typed(this.channels.create(this.defaultSettings), this.mapper.constructType(type));
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
		return create(name, type, this.defaultSettings);
	}

	/**
	 * Creates a channel of values of a generic type, with a name.
	 * @param <T> the type of the values
	 * @param name the name, which becomes the id
	 * @param type the type of the values
	 * @return the channel, or an error as for {@link #create(String, Class)}
	 */
	public <T> Mono<TypedChannel<T>> create(String name, TypeReference<T> type) {
		return create(name, type, this.defaultSettings);
	}

	/**
	 * Creates a channel with settings of its own.
	 * @param <T> the type of the values
	 * @param name the name, which becomes the id
	 * @param type the type of the values
	 * @param settings what the channel keeps; whatever their format, it becomes JSON
	 * @return the channel, or an error as for {@link #create(String, Class)}
	 */
	public <T> Mono<TypedChannel<T>> create(String name, Class<T> type, ChannelSettings settings) {
		return typed(this.channels.create(name, settings.withFormat(MessageFormat.JSON)),
				this.mapper.constructType(type));
	}

	/**
	 * Creates a channel of values of a generic type, with settings of its own.
	 * @param <T> the type of the values
	 * @param name the name, which becomes the id
	 * @param type the type of the values
	 * @param settings what the channel keeps; whatever their format, it becomes JSON
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
	 * @param type the type of the values; what the values of a channel that is there are
	 * does not show before they are read
	 * @return the channel, or {@link TooManyChannelsException} or
	 * {@link InvalidChannelNameException}, or {@link TextChannelException} if there is
	 * one and it is for text
	 */
	public <T> Mono<TypedChannel<T>> obtain(String name, Class<T> type) {
		return typed(this.channels.obtain(name, this.defaultSettings), this.mapper.constructType(type));
	}

	/**
	 * The channel of a name for values of a generic type, created if there is none.
	 * @param <T> the type of the values
	 * @param name the name
	 * @param type the type of the values
	 * @return the channel, or an error as for {@link #obtain(String, Class)}
	 */
	public <T> Mono<TypedChannel<T>> obtain(String name, TypeReference<T> type) {
		return typed(this.channels.obtain(name, this.defaultSettings), this.mapper.constructType(type));
	}

	/**
	 * Finds a living channel.
	 * @param <T> the type of the values
	 * @param id the id, of whatever shape
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
	 * @param id the id, of whatever shape
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
			// Written as this type and not as what it happens to be: so a subtype bears
			// what names it, and a generic type is known.
			return new TypedChannel<>(found, this.mapper.writerFor(type), this.mapper.readerFor(type));
		});
	}

}
