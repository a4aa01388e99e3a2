/**
 * Servers and raw clients that the tests share.
 */
@NullMarked
package io.github.cometspring.testing;

import org.jspecify.annotations.NullMarked;
