package io.github.cometspring.architecture.planted.redis;

import io.github.cometspring.architecture.planted.subscription.SubscriptionType;

/**
 * Imports what its package may not.
 */
public class RedisKnowsTooMuch {

	final SubscriptionType known = new SubscriptionType();

}
