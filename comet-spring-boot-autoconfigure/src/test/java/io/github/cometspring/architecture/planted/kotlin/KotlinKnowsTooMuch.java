package io.github.cometspring.architecture.planted.kotlin;

import io.github.cometspring.architecture.planted.redis.RedisType;

/**
 * Imports what its package may not.
 */
public class KotlinKnowsTooMuch {

	final RedisType known = new RedisType();

}
