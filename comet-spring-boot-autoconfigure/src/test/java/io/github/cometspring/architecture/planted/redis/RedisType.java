package io.github.cometspring.architecture.planted.redis;

/**
 * Is imported by others.
 */
public class RedisType {

}
