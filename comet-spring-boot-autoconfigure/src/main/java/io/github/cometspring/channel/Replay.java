package io.github.cometspring.channel;

import java.util.List;

/**
 * The messages of a channel after a position.
 *
 * @param messages the messages in order, without holes
 * @param gap whether messages between the requested position and the first of these are
 * lost
 * @param position the position of the reader afterwards: that of the last message, or the
 * requested one if this node does not have the next message yet
 * @since 0.1.0
 */
public record Replay(List<Message> messages, boolean gap, Position position) {
}
