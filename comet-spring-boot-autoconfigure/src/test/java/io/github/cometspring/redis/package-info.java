/**
 * Tests of channels on Redis, with a real one.
 */
@NullMarked
package io.github.cometspring.redis;

import org.jspecify.annotations.NullMarked;
