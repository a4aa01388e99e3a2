/**
 * Subscriptions to channels, the same for every dialect: admission, replay, live
 * delivery, end.
 */
@NullMarked
package io.github.cometspring.subscription;

import org.jspecify.annotations.NullMarked;
