/**
 * Channels: bounded, numbered histories with a live feed, and the cursors to resume from.
 */
@NullMarked
package io.github.cometspring.channel;

import org.jspecify.annotations.NullMarked;
