package io.github.cometspring.architecture.planted.subscription;

import io.github.cometspring.architecture.planted.web.WebType;

/**
 * Imports what its package may not.
 */
public class SubscriptionKnowsTooMuch {

	final WebType known = new WebType();

}
