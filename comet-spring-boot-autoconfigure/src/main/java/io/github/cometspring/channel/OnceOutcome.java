package io.github.cometspring.channel;

/**
 * The result of {@link Channel#publishOnce(String, OnceKey)}.
 *
 * @param position the position of the message
 * @param repeated whether the message had been published before, by an earlier call with
 * the same key
 * @since 0.1.0
 */
public record OnceOutcome(Position position, boolean repeated) {

}
