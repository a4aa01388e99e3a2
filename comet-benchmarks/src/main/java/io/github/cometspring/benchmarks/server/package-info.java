/**
 * The servers that are compared, each in its own process.
 */
@NullMarked
package io.github.cometspring.benchmarks.server;

import org.jspecify.annotations.NullMarked;
