package io.github.cometspring.architecture.planted.autoconfigure;

/**
 * Is imported by others.
 */
public class AutoconfigureType {

}
