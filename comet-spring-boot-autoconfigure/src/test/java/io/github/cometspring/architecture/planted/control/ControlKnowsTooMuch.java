package io.github.cometspring.architecture.planted.control;

import io.github.cometspring.architecture.planted.channel.ChannelType;

/**
 * Imports what its package may not.
 */
public class ControlKnowsTooMuch {

	final ChannelType known = new ChannelType();

}
