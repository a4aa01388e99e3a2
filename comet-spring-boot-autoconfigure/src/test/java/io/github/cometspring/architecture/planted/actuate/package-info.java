/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.actuate;

import org.jspecify.annotations.NullMarked;
