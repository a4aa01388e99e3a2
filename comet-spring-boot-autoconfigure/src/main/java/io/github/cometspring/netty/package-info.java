/**
 * The parts that work on the sockets of Reactor Netty: its event loops, direct writes,
 * the filter path and the bypass.
 */
@NullMarked
package io.github.cometspring.netty;

import org.jspecify.annotations.NullMarked;
