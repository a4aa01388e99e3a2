package io.github.cometspring.kotlin

import io.github.cometspring.channel.Cursor
import io.github.cometspring.channel.Outcome
import io.github.cometspring.channel.Position
import io.github.cometspring.typed.BindOptions
import io.github.cometspring.typed.TypedChannel
import io.github.cometspring.typed.TypedChannels
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.reactive.asFlow
import kotlinx.coroutines.reactor.asFlux
import kotlinx.coroutines.reactor.awaitSingle
import kotlinx.coroutines.reactor.awaitSingleOrNull
import tools.jackson.core.type.TypeReference

/**
 * The channel of a name for values of type [T], created if there is none, as [TypedChannels.obtain]. Generic types keep
 * their parameters.
 *
 * @param name the name
 * @return the channel
 * @since 0.1.0
 */
suspend inline fun <reified T : Any> TypedChannels.typed(name: String): TypedChannel<T> =
	obtain(name, object : TypeReference<T>() {}).awaitSingle()

/**
 * Finds a living channel for values of type [T], as [TypedChannels.find].
 *
 * @param id the id, valid or not
 * @return the channel, or `null` if there is none
 * @since 0.1.0
 */
suspend inline fun <reified T : Any> TypedChannels.typedOrNull(id: String): TypedChannel<T>? =
	find(id, object : TypeReference<T>() {}).awaitSingleOrNull()

/**
 * Publishes a value, as [TypedChannel.publish].
 *
 * @param value the value
 * @return the position of the message, when it is in the history
 * @since 0.1.0
 */
suspend fun <T : Any> TypedChannel<T>.publishAndAwait(value: T): Position = publish(value).awaitSingle()

/**
 * Publishes a value, then waits for the clients of this node, as [TypedChannel.deliver].
 *
 * @param value the value
 * @return how many clients the message was written to, and how many failed
 * @since 0.1.0
 */
suspend fun <T : Any> TypedChannel<T>.deliverAndAwait(value: T): Outcome = deliver(value).awaitSingle()

/**
 * Publishes the values of a flow, as [TypedChannel.bind], and then ends the channel. An error of the flow is thrown,
 * and leaves the channel open.
 *
 * @param source the values
 * @param options when the flow begins and ends, or `null` to collect it at once and to its end
 * @since 0.1.0
 */
suspend fun <T : Any> TypedChannel<T>.bindAndAwait(source: Flow<T>, options: BindOptions? = null) {
	(if (options != null) bind(source.asFlux(), options) else bind(source.asFlux())).awaitSingleOrNull()
}

/**
 * Ends the channel, as [TypedChannel.close].
 *
 * @since 0.1.0
 */
suspend fun TypedChannel<*>.closeAndAwait() {
	close().awaitSingleOrNull()
}

/**
 * The values after a cursor, then new ones, as [TypedChannel.messages]. The flow is cold, and ends when the channel is
 * closed.
 *
 * @param from where to start; without it, from now on
 * @return the values in order
 * @since 0.1.0
 */
fun <T : Any> TypedChannel<T>.flow(from: Cursor = Cursor.LATEST): Flow<T> = messages(from).asFlow()
