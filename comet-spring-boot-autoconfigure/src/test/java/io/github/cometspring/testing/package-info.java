/**
 * What the tests share: whole servers and raw clients.
 */
@NullMarked
package io.github.cometspring.testing;

import org.jspecify.annotations.NullMarked;
