package io.github.cometspring.architecture.planted.security;

import io.github.cometspring.architecture.planted.control.ControlType;

/**
 * Imports what its package may not.
 */
public class SecurityKnowsTooMuch {

	final ControlType known = new ControlType();

}
