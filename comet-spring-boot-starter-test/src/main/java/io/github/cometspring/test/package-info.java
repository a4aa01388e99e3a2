/**
 * Tests of what an application pushes: a client that a test leads by the hand.
 */
@NullMarked
package io.github.cometspring.test;

import org.jspecify.annotations.NullMarked;
