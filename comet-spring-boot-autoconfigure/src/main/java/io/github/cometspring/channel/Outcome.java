package io.github.cometspring.channel;

/**
 * The outcome of the {@linkplain Channel#deliver(String) delivery} of a message.
 *
 * @param position the position of the message
 * @param delivered the number of clients for which the message was handed to the
 * operating system's network layer. The clients have not acknowledged it
 * @param failed the number of clients that disconnected before, or could not be written
 * to
 * @since 0.1.0
 */
public record Outcome(Position position, int delivered, int failed) {
}
