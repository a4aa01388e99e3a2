package io.github.cometspring.architecture.planted.observation;

import io.github.cometspring.architecture.planted.subscription.SubscriptionType;

/**
 * Imports what its package may not.
 */
public class ObservationKnowsTooMuch {

	final SubscriptionType known = new SubscriptionType();

}
