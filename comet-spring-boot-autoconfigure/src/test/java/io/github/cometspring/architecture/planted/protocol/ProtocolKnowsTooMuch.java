package io.github.cometspring.architecture.planted.protocol;

import io.github.cometspring.architecture.planted.subscription.SubscriptionType;

/**
 * Imports what its package may not.
 */
public class ProtocolKnowsTooMuch {

	final SubscriptionType known = new SubscriptionType();

}
