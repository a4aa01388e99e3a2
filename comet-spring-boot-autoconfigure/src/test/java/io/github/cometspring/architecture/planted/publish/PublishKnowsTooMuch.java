package io.github.cometspring.architecture.planted.publish;

import io.github.cometspring.architecture.planted.redis.RedisType;

/**
 * Imports what its package may not.
 */
public class PublishKnowsTooMuch {

	final RedisType known = new RedisType();

}
