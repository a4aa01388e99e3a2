/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.control;

import org.jspecify.annotations.NullMarked;
