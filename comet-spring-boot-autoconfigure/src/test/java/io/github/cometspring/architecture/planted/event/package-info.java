/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.event;

import org.jspecify.annotations.NullMarked;
