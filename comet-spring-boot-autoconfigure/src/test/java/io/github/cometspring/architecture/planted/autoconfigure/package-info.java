/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.autoconfigure;

import org.jspecify.annotations.NullMarked;
