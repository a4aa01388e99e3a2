package io.github.cometspring.autoconfigure;

import io.github.cometspring.netty.ConnectionGuard;
import io.github.cometspring.netty.NettyClientSockets;
import reactor.netty.http.server.HttpServer;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the limits of each connection, on Reactor Netty.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometWebFluxAutoConfiguration.class, before = CometFastPathAutoConfiguration.class)
@ConditionalOnClass({ HttpServer.class, NettyReactiveWebServerFactory.class })
@ConditionalOnBean(NettyClientSockets.class)
public final class CometConnectionAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ConnectionGuard cometConnectionGuard(NettyClientSockets sockets) {
		return new ConnectionGuard(sockets, ConnectionGuard.REQUEST_TIMEOUT);
	}

	@Bean
	WebServerFactoryCustomizer<NettyReactiveWebServerFactory> cometConnectionGuardCustomizer(ConnectionGuard guard) {
		return (factory) -> factory.addServerCustomizers(guard::guard);
	}

}
