package io.github.cometspring.architecture.planted.protocol;

/**
 * Is imported by others.
 */
public class ProtocolType {

}
