/**
 * Runs servers side by side under load, and reports what a delivery costs.
 */
@NullMarked
package io.github.cometspring.benchmarks;

import org.jspecify.annotations.NullMarked;
