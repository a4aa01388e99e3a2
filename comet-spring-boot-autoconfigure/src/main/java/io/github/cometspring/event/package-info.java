/**
 * Application events of the life of channels.
 */
@NullMarked
package io.github.cometspring.event;

import org.jspecify.annotations.NullMarked;
