package io.github.cometspring.architecture.planted.web;

import io.github.cometspring.architecture.planted.control.ControlType;

/**
 * Imports what its package may not.
 */
public class WebKnowsTooMuch {

	final ControlType known = new ControlType();

}
