package io.github.cometspring.channel;

/**
 * What became of a message that was {@linkplain Channel#deliver(String) delivered}.
 *
 * @param position the place of the message in the channel
 * @param delivered how many clients had it handed to the operating system's network
 * layer; not a receipt of the client
 * @param failed how many clients were gone before, or could not be written to
 * @since 0.1.0
 */
public record Outcome(Position position, int delivered, int failed) {
}
