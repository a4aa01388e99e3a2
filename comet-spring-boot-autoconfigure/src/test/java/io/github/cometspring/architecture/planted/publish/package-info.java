/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.publish;

import org.jspecify.annotations.NullMarked;
