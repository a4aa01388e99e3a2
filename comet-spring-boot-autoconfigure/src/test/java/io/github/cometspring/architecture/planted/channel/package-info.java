/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.channel;

import org.jspecify.annotations.NullMarked;
