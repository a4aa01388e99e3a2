/**
 * Subscriptions to channels, the same for every dialect: policy, replay, live delivery,
 * end.
 */
@NullMarked
package io.github.cometspring.subscription;

import org.jspecify.annotations.NullMarked;
