/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.redis;

import org.jspecify.annotations.NullMarked;
