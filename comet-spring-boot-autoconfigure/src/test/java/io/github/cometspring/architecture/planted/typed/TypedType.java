package io.github.cometspring.architecture.planted.typed;

/**
 * Is imported by others.
 */
public class TypedType {

}
