/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.typed;

import org.jspecify.annotations.NullMarked;
