/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.protocol;

import org.jspecify.annotations.NullMarked;
