/**
 * Channels: bounded, numbered histories with a live feed, and the places to resume from.
 */
@NullMarked
package io.github.cometspring.channel;

import org.jspecify.annotations.NullMarked;
