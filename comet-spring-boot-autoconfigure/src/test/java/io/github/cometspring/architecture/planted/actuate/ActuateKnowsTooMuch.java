package io.github.cometspring.architecture.planted.actuate;

import io.github.cometspring.architecture.planted.web.WebType;

/**
 * Imports what its package may not.
 */
public class ActuateKnowsTooMuch {

	final WebType known = new WebType();

}
