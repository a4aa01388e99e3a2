/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.observation;

import org.jspecify.annotations.NullMarked;
