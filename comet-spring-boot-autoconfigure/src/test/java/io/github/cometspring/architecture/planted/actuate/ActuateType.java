package io.github.cometspring.architecture.planted.actuate;

/**
 * Is imported by others.
 */
public class ActuateType {

}
