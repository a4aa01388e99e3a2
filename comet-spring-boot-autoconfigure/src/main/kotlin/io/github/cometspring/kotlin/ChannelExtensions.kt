package io.github.cometspring.kotlin

import io.github.cometspring.channel.Channel
import io.github.cometspring.channel.ChannelHandle
import io.github.cometspring.channel.ChannelSettings
import io.github.cometspring.channel.Channels
import io.github.cometspring.channel.Cursor
import io.github.cometspring.channel.Message
import io.github.cometspring.channel.Outcome
import io.github.cometspring.channel.Position
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.reactive.asFlow
import kotlinx.coroutines.reactor.awaitSingle
import kotlinx.coroutines.reactor.awaitSingleOrNull

/**
 * Creates a channel with a fresh id, as [Channels.create].
 *
 * @return the channel
 * @since 0.1.0
 */
suspend fun Channels.createAndAwait(): Channel = create().awaitSingle()

/**
 * Creates a channel with a name, as [Channels.create].
 *
 * @param name the name
 * @param settings its settings, or `null` for those that are configured for the name
 * @return the channel
 * @since 0.1.0
 */
suspend fun Channels.createAndAwait(name: String, settings: ChannelSettings? = null): Channel =
	(if (settings != null) create(name, settings) else create(name)).awaitSingle()

/**
 * The channel of a name, created if there is none, as [Channels.obtain].
 *
 * @param name the name
 * @param settings its settings if it is created, or `null` for those that are configured for the name
 * @return the channel
 * @since 0.1.0
 */
suspend fun Channels.obtainAndAwait(name: String, settings: ChannelSettings? = null): Channel =
	(if (settings != null) obtain(name, settings) else obtain(name)).awaitSingle()

/**
 * Finds a living channel, as [Channels.find].
 *
 * @param id the id, valid or not
 * @return the channel, or `null` if there is none
 * @since 0.1.0
 */
suspend fun Channels.findOrNull(id: String): Channel? = find(id).awaitSingleOrNull()

/**
 * Publishes a message, as [Channel.publish].
 *
 * @param data the text
 * @return the position of the message, when it is in the history
 * @since 0.1.0
 */
suspend fun Channel.publishAndAwait(data: String): Position = publish(data).awaitSingle()

/**
 * Publishes a message, then waits for the clients of this node, as [Channel.deliver].
 *
 * @param data the text
 * @return how many clients the message was written to, and how many failed
 * @since 0.1.0
 */
suspend fun Channel.deliverAndAwait(data: String): Outcome = deliver(data).awaitSingle()

/**
 * The id and the present end of the channel, as [Channel.handle].
 *
 * @return the handle
 * @since 0.1.0
 */
suspend fun Channel.handleAndAwait(): ChannelHandle = handle().awaitSingle()

/**
 * Ends the channel, as [Channel.close].
 *
 * @since 0.1.0
 */
suspend fun Channel.closeAndAwait() {
	close().awaitSingleOrNull()
}

/**
 * The messages after a cursor, then new ones, as [Channel.messages]. The flow is cold, and ends when the channel is
 * closed.
 *
 * @param from where to start; without it, from now on
 * @return the messages in order
 * @since 0.1.0
 */
fun Channel.flow(from: Cursor = Cursor.LATEST): Flow<Message> = messages(from).asFlow()
