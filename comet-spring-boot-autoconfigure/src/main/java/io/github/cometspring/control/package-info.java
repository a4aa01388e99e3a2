/**
 * The control of the service: whether it is active, the timeout, and the signal that ends
 * all waiting clients.
 */
@NullMarked
package io.github.cometspring.control;

import org.jspecify.annotations.NullMarked;
