/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.subscription;

import org.jspecify.annotations.NullMarked;
