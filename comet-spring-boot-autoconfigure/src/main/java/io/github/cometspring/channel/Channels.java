package io.github.cometspring.channel;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The channels of the application: inject this to create one, to find one, or to count
 * them.
 * <p>
 * Thread-safe. Every returned publisher is lazy: nothing happens before it is subscribed
 * to, and each subscription acts anew.
 *
 * @since 0.1.0
 */
public interface Channels {

	/**
	 * Creates a channel with a fresh id of at least 128 random bits. Knowing the id is
	 * the permission to read the channel.
	 * @return the channel, or {@link TooManyChannelsException}
	 */
	Mono<Channel> create();

	/**
	 * Creates a channel with a fresh id and settings of its own.
	 * @param settings what the channel carries and keeps, and how long it lives unused
	 * @return the channel, or {@link TooManyChannelsException}
	 */
	Mono<Channel> create(ChannelSettings settings);

	/**
	 * Creates a channel with a name of the application's choice.
	 * @param name the name, which becomes the id
	 * @return the channel, or {@link DuplicateChannelException} if a living channel has
	 * the name, {@link TooManyChannelsException} if the limit is reached,
	 * {@link InvalidChannelNameException} if no channel may have the name
	 */
	Mono<Channel> create(String name);

	/**
	 * Creates a channel with settings of its own.
	 * @param name the name, which becomes the id
	 * @param settings what the channel keeps, and how long it lives unused
	 * @return the channel, or an error as for {@link #create(String)}
	 */
	Mono<Channel> create(String name, ChannelSettings settings);

	/**
	 * The channel of a name, created if there is none. Asking for a channel is using it:
	 * it has not ended, and its idle time begins anew.
	 * @param name the name
	 * @return the channel, or {@link TooManyChannelsException} or
	 * {@link InvalidChannelNameException}
	 */
	Mono<Channel> obtain(String name);

	/**
	 * The channel of a name, created with settings of its own if there is none. One that
	 * is there keeps the settings it has.
	 * @param name the name
	 * @param settings what the channel carries and keeps if it is created
	 * @return the channel, or an error as for {@link #obtain(String)}
	 */
	Mono<Channel> obtain(String name, ChannelSettings settings);

	/**
	 * Finds a living channel. As with {@link #obtain(String)}, its idle time begins anew.
	 * @param id the id, of whatever shape
	 * @return the channel, or empty if there is none
	 */
	Mono<Channel> find(String id);

	/**
	 * Lists the living channels in no particular order. A channel that is created or
	 * closed meanwhile may be listed or not. To be listed is not to be used.
	 * @return the channels
	 */
	Flux<Channel> list();

	/**
	 * Counts the living channels.
	 * @return the exact number at some moment of the call
	 */
	Mono<Long> count();

}
