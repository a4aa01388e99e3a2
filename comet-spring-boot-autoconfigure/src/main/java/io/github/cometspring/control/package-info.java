/**
 * The switch of the whole service: active or not, the timeout, and the signal that ends
 * what waits.
 */
@NullMarked
package io.github.cometspring.control;

import org.jspecify.annotations.NullMarked;
