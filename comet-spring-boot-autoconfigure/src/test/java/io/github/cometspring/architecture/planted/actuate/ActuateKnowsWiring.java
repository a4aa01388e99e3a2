package io.github.cometspring.architecture.planted.actuate;

import io.github.cometspring.architecture.planted.autoconfigure.AutoconfigureType;

/**
 * Imports the wiring.
 */
public class ActuateKnowsWiring {

	final AutoconfigureType known = new AutoconfigureType();

}
