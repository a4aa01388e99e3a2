/**
 * The servers that are compared, each a process of its own.
 */
@NullMarked
package io.github.cometspring.benchmarks.server;

import org.jspecify.annotations.NullMarked;
