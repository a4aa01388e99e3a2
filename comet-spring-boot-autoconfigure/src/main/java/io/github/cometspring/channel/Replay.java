package io.github.cometspring.channel;

import java.util.List;

/**
 * What a channel has after some offset.
 *
 * @param messages the messages in order, none missing between them
 * @param gap whether messages between the offset asked for and the first of these are
 * lost
 * @param offset where the reader stands afterwards
 * @since 0.1.0
 */
public record Replay(List<Message> messages, boolean gap, long offset) {
}
