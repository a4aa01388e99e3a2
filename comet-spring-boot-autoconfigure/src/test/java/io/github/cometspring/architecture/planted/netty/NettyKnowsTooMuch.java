package io.github.cometspring.architecture.planted.netty;

import io.github.cometspring.architecture.planted.control.ControlType;

/**
 * Imports what its package may not.
 */
public class NettyKnowsTooMuch {

	final ControlType known = new ControlType();

}
