package io.github.cometspring.architecture.planted.control;

/**
 * Is imported by others.
 */
public class ControlType {

}
