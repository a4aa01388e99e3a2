package io.github.cometspring.architecture.planted.event;

import io.github.cometspring.architecture.planted.redis.RedisType;

/**
 * Imports what its package may not.
 */
public class EventKnowsTooMuch {

	final RedisType known = new RedisType();

}
