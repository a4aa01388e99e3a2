/**
 * Channels on Redis, which several nodes share: one script call numbers, keeps and
 * announces a message; each node follows the channels that it has clients on.
 */
@NullMarked
package io.github.cometspring.redis;

import org.jspecify.annotations.NullMarked;
