/**
 * Channels on Redis, which several nodes share. One script call numbers, stores and
 * publishes a message. A node follows a channel while it has clients there: it subscribes
 * to the feed of the channel and keeps a copy of its log.
 */
@NullMarked
package io.github.cometspring.redis;

import org.jspecify.annotations.NullMarked;
