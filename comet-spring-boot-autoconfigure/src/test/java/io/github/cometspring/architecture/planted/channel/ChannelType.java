package io.github.cometspring.architecture.planted.channel;

/**
 * Is imported by others.
 */
public class ChannelType {

}
