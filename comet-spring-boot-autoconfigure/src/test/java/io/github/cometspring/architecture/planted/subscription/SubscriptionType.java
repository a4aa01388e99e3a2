package io.github.cometspring.architecture.planted.subscription;

/**
 * Is imported by others.
 */
public class SubscriptionType {

}
