package io.github.cometspring.architecture.planted.client;

import io.github.cometspring.architecture.planted.subscription.SubscriptionType;

/**
 * Imports what its package may not.
 */
public class ClientKnowsTooMuch {

	final SubscriptionType known = new SubscriptionType();

}
