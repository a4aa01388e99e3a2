package io.github.cometspring.architecture.planted.channel;

import io.github.cometspring.architecture.planted.control.ControlType;

/**
 * Imports what its package may not.
 */
public class ChannelKnowsTooMuch {

	final ControlType known = new ControlType();

}
