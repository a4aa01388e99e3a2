/**
 * Tests of publications in traces.
 */
@NullMarked
package io.github.cometspring.observation;

import org.jspecify.annotations.NullMarked;
