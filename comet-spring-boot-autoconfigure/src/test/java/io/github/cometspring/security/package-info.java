/**
 * Tests of who may read which channel.
 */
@NullMarked
package io.github.cometspring.security;

import org.jspecify.annotations.NullMarked;
