package io.github.cometspring.channel;

import java.time.Duration;

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
	 * Creates a channel with a fresh id and its own settings.
	 * @param settings the settings of the channel
	 * @return the channel, or {@link TooManyChannelsException}
	 */
	Mono<Channel> create(ChannelSettings settings);

	/**
	 * Creates a channel with a name of the application's choice.
	 * @param name the name, which becomes the id
	 * @return the channel, or {@link DuplicateChannelException} if a living channel has
	 * the name, {@link TooManyChannelsException} if the limit is reached,
	 * {@link InvalidChannelNameException} if the name is invalid
	 */
	Mono<Channel> create(String name);

	/**
	 * Creates a named channel with its own settings.
	 * @param name the name, which becomes the id
	 * @param settings the settings of the channel
	 * @return the channel, or an error as for {@link #create(String)}
	 */
	Mono<Channel> create(String name, ChannelSettings settings);

	/**
	 * The channel of a name, created if there is none. This counts as use: the channel
	 * has not ended, and its idle time begins anew.
	 * @param name the name
	 * @return the channel, or {@link TooManyChannelsException} or
	 * {@link InvalidChannelNameException}
	 */
	Mono<Channel> obtain(String name);

	/**
	 * The channel of a name, created with its own settings if there is none. A channel
	 * that exists keeps its settings.
	 * @param name the name
	 * @param settings the settings of the channel if it is created
	 * @return the channel, or an error as for {@link #obtain(String)}
	 */
	Mono<Channel> obtain(String name, ChannelSettings settings);

	/**
	 * Finds a living channel. As with {@link #obtain(String)}, its idle time begins anew.
	 * @param id the id, valid or not
	 * @return the channel, or empty if there is none
	 */
	Mono<Channel> find(String id);

	/**
	 * Lists the living channels in no particular order. A channel that is created or
	 * closed meanwhile may be listed or not. Listing does not count as use of the
	 * channel.
	 * @return the channels
	 */
	Flux<Channel> list();

	/**
	 * Counts the living channels.
	 * @return the exact number at some moment of the call
	 */
	Mono<Long> count();

	/**
	 * Signs a grant: a token by which its bearer may read one channel for a limited time,
	 * for pages of users who are not logged in. Put it into a page; the client presents
	 * it with its request. It counts only if a {@code GrantAuthorizer} decides who may
	 * read. Signing needs no access to the channel, which need not exist yet.
	 * @param id the id of the channel
	 * @param validity how long the grant is valid from now on: positive, and at most 365
	 * days. A client that listens when it ends is disconnected
	 * @return the token
	 * @throws InvalidChannelNameException if no channel can have this id
	 * @throws IllegalArgumentException if the validity is out of its range
	 * @throws IllegalStateException if no key is configured ({@code comet.grants.keys})
	 * @throws UnsupportedOperationException if these channels cannot sign grants
	 */
	default String grant(String id, Duration validity) {
		return ChannelGrants.NONE.grant(id, validity);
	}

}
