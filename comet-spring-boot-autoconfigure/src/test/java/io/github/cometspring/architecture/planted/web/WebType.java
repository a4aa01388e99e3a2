package io.github.cometspring.architecture.planted.web;

/**
 * Is imported by others.
 */
public class WebType {

}
