package io.github.cometspring.channel;

import java.util.List;

/**
 * What a channel has after some position.
 *
 * @param messages the messages in order, none missing between them
 * @param gap whether messages between the position asked for and the first of these are
 * lost
 * @param position where the reader stands afterwards: at the last of these, or at the
 * position asked for if this node does not have yet what comes next
 * @since 0.1.0
 */
public record Replay(List<Message> messages, boolean gap, Position position) {
}
