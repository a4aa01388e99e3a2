/**
 * Planted violations of the architecture.
 */
@NullMarked
package io.github.cometspring.architecture.planted.web;

import org.jspecify.annotations.NullMarked;
