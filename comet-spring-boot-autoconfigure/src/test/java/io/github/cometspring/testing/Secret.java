package io.github.cometspring.testing;

import java.security.Principal;

import io.github.cometspring.security.ChannelAuthorizer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Configuration of a server that refuses all clients the channel {@code secret}. Its
 * polls cannot take the fast path.
 */
@Configuration(proxyBeanMethods = false)
public class Secret {

	@Bean
	ChannelAuthorizer channelAuthorizer() {
		return (@Nullable Principal user, String channel) -> Mono.just(!channel.equals("secret"));
	}

}
