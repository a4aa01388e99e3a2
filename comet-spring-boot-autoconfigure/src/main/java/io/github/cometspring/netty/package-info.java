/**
 * The parts that work on the sockets of Reactor Netty: its event loops, direct writes,
 * and the fast path of polls.
 */
@NullMarked
package io.github.cometspring.netty;

import org.jspecify.annotations.NullMarked;
