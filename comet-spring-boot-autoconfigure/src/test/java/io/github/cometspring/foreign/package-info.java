/**
 * A broker that uses the public API only, as an application may write one. Its channels
 * are stored behind a network.
 */
@NullMarked
package io.github.cometspring.foreign;

import org.jspecify.annotations.NullMarked;
