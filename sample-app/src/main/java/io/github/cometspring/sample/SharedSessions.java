package io.github.cometspring.sample;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.session.data.redis.config.annotation.web.server.EnableRedisWebSession;

/**
 * Keeps sessions on Redis where several nodes demand a log-in, so that bidders log in
 * once and may come to any node.
 */
@Configuration(proxyBeanMethods = false)
@Profile("secured & redis")
@EnableRedisWebSession(redisNamespace = "auction:sessions")
class SharedSessions {

}
