package io.github.cometspring.architecture.planted.security;

/**
 * Is imported by others.
 */
public class SecurityType {

}
