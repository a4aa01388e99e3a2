/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.metrics;

import org.jspecify.annotations.NullMarked;
