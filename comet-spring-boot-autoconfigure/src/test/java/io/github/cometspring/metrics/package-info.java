/**
 * Tests of the meters.
 */
@NullMarked
package io.github.cometspring.metrics;

import org.jspecify.annotations.NullMarked;
