package io.github.cometspring.architecture.planted.typed;

import io.github.cometspring.architecture.planted.subscription.SubscriptionType;

/**
 * Imports what its package may not.
 */
public class TypedKnowsTooMuch {

	final SubscriptionType known = new SubscriptionType();

}
