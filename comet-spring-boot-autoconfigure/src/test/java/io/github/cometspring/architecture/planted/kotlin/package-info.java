/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.kotlin;

import org.jspecify.annotations.NullMarked;
