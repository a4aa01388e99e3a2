package io.github.cometspring.subscription;

import java.util.function.ToLongFunction;

import io.github.cometspring.channel.Message;

/**
 * What a subscription needs to know of the dialect that it serves. One instance serves
 * all requests of a dialect.
 *
 * @param transport the way to listen
 * @param size how many bytes a message takes in an answer
 * @since 0.1.0
 */
public record Dialect(Transport transport, ToLongFunction<Message> size) {
}
