/**
 * What is served close to the sockets of Reactor Netty: its event loops, and the ways
 * around its codecs, its requests and WebFlux, as far as nothing else is owed.
 */
@NullMarked
package io.github.cometspring.netty;

import org.jspecify.annotations.NullMarked;
