/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.security;

import org.jspecify.annotations.NullMarked;
