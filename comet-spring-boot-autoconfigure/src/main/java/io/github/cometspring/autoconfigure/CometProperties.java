package io.github.cometspring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Configuration properties of Comet. Only the auto-configurations read them, and convert
 * them to the settings of the other packages.
 *
 * @param enabled Whether Comet is set up at all.
 * @param path Path of the endpoint that clients poll. With '/**', the legacy dialect
 * answers on every path that no other handler of the application takes.
 * @param maxVirtualChannels Maximum number of channels at a time. Unset or empty for no
 * limit.
 * @param timeout Time that a poll is held before it is answered empty.
 * @param history What channels keep for clients that resume.
 * @param channelIdleTimeout Time after which a channel that had neither a publication nor
 * a client is closed. Unset for never.
 * @param writeTimeout Time that a write to a client may make no progress before its
 * connection is closed.
 * @param maxConnections Maximum number of clients connected at a time to this node. Empty
 * for no limit.
 * @param maxChannelsPerRequest Maximum number of channels that one request may name.
 * @param maxRequestSize Maximum size of a request body.
 * @param maxMessageSize Maximum size of a published message, in UTF-8.
 * @param maxResponseSize Maximum size of the messages in one answer. A single larger
 * message goes alone.
 * @param allowedOrigins Foreign origins whose pages may listen, such as
 * 'https://example.org', or '*' for all.
 * @param allowedCredentials Whether pages of the allowed foreign origins may send cookies
 * and log-in headers along. Not with '*'.
 * @param authorization Authorization of clients to read channels.
 * @param transports Transports that are switched on.
 * @param fastPath Whether requests and messages may bypass WebFlux when no filter,
 * authorizer or custom handler needs to see them.
 * @param heartbeat Time after which a silent stream gets a heartbeat.
 * @param redis Channels on Redis, for several nodes.
 * @param shutdown How the service ends when the application stops.
 * @param maxConnectionAge Age at which event streams and WebSockets are ended, so that
 * their clients connect again, perhaps to another node. Differs by up to a tenth for each
 * connection. Unset for never.
 * @param maxConnectionsPerAddress Maximum number of clients of one address connected at a
 * time to this node. An IPv6 address counts for its network of 64 bits. Unset for no
 * limit.
 * @param maxConnectionsPerUser Maximum number of clients of one user connected at a time
 * to this node. Unset for no limit.
 * @param grants Signed grants, by which clients may read single channels.
 * @param observationEnabled Whether publications can be followed in traces, from the
 * application to the clients.
 * @param channels Settings of named channels by a pattern of their names, such as
 * '[prices/*]'. The first pattern that matches counts.
 * @param publish Publication over HTTP, by other servers.
 * @param loginMaxAge Time for which polls on one connection with the same headers do not
 * pass the filters of Spring Security again. Zero for never.
 * @since 0.1.0
 */
@ConfigurationProperties("comet")
public record CometProperties(@DefaultValue("true") boolean enabled, @DefaultValue("/comet") String path,
		@Nullable Integer maxVirtualChannels, @DefaultValue("20s") Duration timeout, @DefaultValue History history,
		@Nullable Duration channelIdleTimeout, @DefaultValue("30s") Duration writeTimeout,
		@DefaultValue("100000") @Nullable Integer maxConnections, @DefaultValue("100") int maxChannelsPerRequest,
		@DefaultValue("16KB") DataSize maxRequestSize, @DefaultValue("64KB") DataSize maxMessageSize,
		@DefaultValue("1MB") DataSize maxResponseSize, @DefaultValue List<String> allowedOrigins,
		@DefaultValue("false") boolean allowedCredentials, @DefaultValue Authorization authorization, @DefaultValue( {
				"legacy", "json", "sse", "websocket" }) Set<Transport> transports,
		@DefaultValue("15s") Duration heartbeat, @DefaultValue("true") boolean fastPath, @DefaultValue Redis redis,
		@DefaultValue Shutdown shutdown, @Nullable Duration maxConnectionAge,
		@Nullable Integer maxConnectionsPerAddress, @Nullable Integer maxConnectionsPerUser,
		@DefaultValue Grants grants, @DefaultValue("false") boolean observationEnabled,
		@DefaultValue Map<String, NamedChannels> channels, @DefaultValue Publish publish,
		@DefaultValue("10s") Duration loginMaxAge){

	/**
	 * Authorization of clients to read channels.
	 *
	 * @param timeout Time that the channel authorizer may take to decide before the
	 * client is refused for the moment.
	 * @param maxAge Time after which the channel authorizer is asked again about an event
	 * stream or a WebSocket. Unset for never.
	 */
	public record Authorization(@DefaultValue("5s") Duration timeout, @Nullable Duration maxAge) {

	}

	/**
	 * What channels keep for clients that resume.
	 *
	 * @param size Number of messages that a channel keeps.
	 * @param maxAge Time that a channel keeps a message.
	 */
	public record History(@DefaultValue("100") int size, @DefaultValue("5m") Duration maxAge) {
	}

	/**
	 * How channels are kept on Redis, for more than one node.
	 *
	 * @param enabled Whether channels are kept on Redis. Unset for whether a connection
	 * to it is configured.
	 * @param keyPrefix Beginning of all keys and feeds.
	 * @param commandTimeout Time to wait for an answer of Redis.
	 * @param probeInterval Time between two checks that the node receives what is
	 * published.
	 */
	public record Redis(@Nullable Boolean enabled, @DefaultValue("comet") String keyPrefix,
			@DefaultValue("2s") Duration commandTimeout, @DefaultValue("5s") Duration probeInterval) {
	}

	/**
	 * How the service ends when the application stops.
	 *
	 * @param spread Time over which waiting clients are ended. Zero to end all at once.
	 */
	public record Shutdown(@DefaultValue("5s") Duration spread) {

	}

	/**
	 * Signed grants, by which clients may read single channels.
	 *
	 * @param keys Secrets of at least 32 characters, such as 32 random bytes in base64.
	 * The first one signs, all verify.
	 */
	public record Grants(@DefaultValue List<String> keys) {

		@Override
		public String toString() {
			return "Grants[keys=%d]".formatted(this.keys.size());
		}

	}

	/**
	 * Settings of the channels whose names match a pattern. Those that are unset are as
	 * for other channels.
	 *
	 * @param history What the channels keep for clients that resume.
	 * @param idleTimeout Time after which a channel that had neither a publication nor a
	 * client is closed. Zero for never.
	 * @param format Format of the messages.
	 */
	public record NamedChannels(@DefaultValue NamedHistory history, @Nullable Duration idleTimeout,
			@Nullable MessageFormat format) {

	}

	/**
	 * What the channels whose names match a pattern keep.
	 *
	 * @param size Number of messages that a channel keeps.
	 * @param maxAge Time that a channel keeps a message.
	 */
	public record NamedHistory(@Nullable Integer size, @Nullable Duration maxAge) {

	}

	/**
	 * Publication over HTTP, by other servers.
	 *
	 * @param enabled Whether there is an endpoint for publishers, at '/publish' below the
	 * path of Comet.
	 * @param keys Secrets of at least 32 characters, such as 32 random bytes in base64.
	 * Who presents one of them may publish on every channel.
	 * @param createChannels Whether a channel is created when a message for it comes.
	 * @param maxMessages Maximum number of messages in one request. A message for several
	 * channels counts for each.
	 * @param maxRequestSize Maximum size of a request body.
	 * @param idempotencyTime Time for which the key of a request is remembered, so that
	 * its messages are not published again.
	 * @param allowedOrigins Foreign origins whose pages may publish, such as
	 * 'https://example.org'.
	 */
	public record Publish(@DefaultValue("false") boolean enabled, @DefaultValue List<String> keys,
			@DefaultValue("false") boolean createChannels, @DefaultValue("1000") int maxMessages,
			@DefaultValue("1MB") DataSize maxRequestSize, @DefaultValue("10m") Duration idempotencyTime,
			@DefaultValue List<String> allowedOrigins) {

		@Override
		public String toString() {
			return "Publish[enabled=%s, keys=%d]".formatted(this.enabled, this.keys.size());
		}

	}

}
