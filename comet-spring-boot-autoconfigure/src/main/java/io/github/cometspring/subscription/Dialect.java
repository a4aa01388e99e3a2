package io.github.cometspring.subscription;

import java.util.function.ToLongFunction;

import io.github.cometspring.channel.Message;

/**
 * The properties of a dialect that a subscription needs. One instance serves all requests
 * of a dialect.
 *
 * @param transport the transport
 * @param size computes the number of bytes that a message takes in an answer
 * @since 0.1.0
 */
public record Dialect(Transport transport, ToLongFunction<Message> size) {
}
