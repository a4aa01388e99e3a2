/**
 * Channels of values: JSON in and out.
 */
@NullMarked
package io.github.cometspring.typed;

import org.jspecify.annotations.NullMarked;
