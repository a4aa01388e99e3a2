/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.netty;

import org.jspecify.annotations.NullMarked;
