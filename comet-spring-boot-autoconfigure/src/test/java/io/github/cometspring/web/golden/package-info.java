/**
 * Replays recordings of the original server, and compares the behaviour of this server.
 */
@NullMarked
package io.github.cometspring.web.golden;

import org.jspecify.annotations.NullMarked;
