/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.client;

import org.jspecify.annotations.NullMarked;
