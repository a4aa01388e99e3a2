package io.github.cometspring.autoconfigure;

import java.util.EnumMap;
import java.util.Map;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.netty.DirectUpgradeStrategy;
import io.github.cometspring.netty.NettyClientSockets;
import io.github.cometspring.subscription.PublishCounts;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.web.AllowedOrigins;
import io.github.cometspring.web.ClientSockets;
import io.github.cometspring.web.CometHandlerMapping;
import io.github.cometspring.web.CometTokenFilter;
import io.github.cometspring.web.CometWebHandler;
import io.github.cometspring.web.CometWebSocketHandler;
import io.github.cometspring.web.EventStreamHandler;
import io.github.cometspring.web.JsonPollDialect;
import io.github.cometspring.web.KeptLogins;
import io.github.cometspring.web.LegacyPollDialect;
import io.github.cometspring.web.PollDialect;
import io.github.cometspring.web.PollHandler;
import io.github.cometspring.web.SchedulerClientSockets;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.WebsocketServerSpec;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.RequestUpgradeStrategy;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import org.springframework.web.server.WebHandler;

/**
 * Auto-configuration of the WebFlux endpoint.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometAutoConfiguration.class,
		afterName = "org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration")
@ConditionalOnClass(DispatcherHandler.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBean(Subscriptions.class)
public final class CometWebFluxAutoConfiguration {

	private static final Log logger = LogFactory.getLog(CometWebFluxAutoConfiguration.class);

	@Bean
	@ConditionalOnMissingBean
	EventStreamHandler cometEventStreamHandler(Subscriptions subscriptions, ClientSockets sockets) {
		return new EventStreamHandler(subscriptions, sockets);
	}

	@Bean
	@ConditionalOnMissingBean
	CometHandlerMapping cometHandlerMapping(Subscriptions subscriptions, ClientSockets sockets,
			EventStreamHandler events, ObjectProvider<CometWebSocketHandler> webSocket, CometSettings settings,
			ObjectProvider<KeptLogins> keptLogins) {
		KeptLogins logins = keptLogins.getIfUnique(() -> KeptLogins.NONE);
		PollHandler legacy = pollHandler(new LegacyPollDialect(), subscriptions, sockets, settings, logins);
		Map<Transport, WebHandler> handlers = new EnumMap<>(Transport.class);
		handlers.put(Transport.LEGACY, legacy);
		handlers.put(Transport.JSON, pollHandler(new JsonPollDialect(), subscriptions, sockets, settings, logins));
		handlers.put(Transport.SSE, events);
		webSocket.ifAvailable((handler) -> handlers.put(Transport.WEBSOCKET, handler));
		handlers.keySet().retainAll(settings.transports());
		boolean everywhere = settings.path().equals(CometHandlerMapping.EVERYWHERE);
		AllowedOrigins allowedOrigins = new AllowedOrigins(settings.allowedOrigins(), settings.allowedCredentials());
		return new CometHandlerMapping(settings.path(),
				everywhere ? legacy : new CometWebHandler(handlers, allowedOrigins), allowedOrigins);
	}

	private static PollHandler pollHandler(PollDialect polls, Subscriptions subscriptions, ClientSockets sockets,
			CometSettings settings, KeptLogins logins) {
		return new PollHandler(subscriptions, sockets, polls, settings.maxRequestSize(), logins);
	}

	@Bean
	@ConditionalOnMissingBean
	CometTokenFilter cometTokenFilter(CometSettings settings) {
		return new CometTokenFilter(settings.path());
	}

	@Bean
	CometPathCheck cometPathCheck(CometSettings settings, ObjectProvider<HandlerMapping> mappings) {
		return new CometPathCheck(settings.path(), mappings);
	}

	@Bean
	CometShutdown cometShutdown(Subscriptions subscriptions, ObjectProvider<PublishCounts> publishCounts,
			CometSettings settings, Environment environment) {
		PublishCounts publications = publishCounts.getIfAvailable();
		return new CometShutdown(subscriptions, (publications != null) ? publications::running : () -> 0,
				settings.shutdownSpread(), CometShutdown.phaseTimeout(environment));
	}

	@Bean
	CometStartLog cometStartLog(ApplicationContext context, CometSettings settings, ChannelBroker broker,
			ObjectProvider<FastPathEligibility> fastPath) {
		return new CometStartLog(context, settings, broker, fastPath.getIfAvailable());
	}

	private static ClientSockets schedulerSockets(CometSettings settings) {
		return new SchedulerClientSockets(Schedulers.parallel(), Schedulers.DEFAULT_POOL_SIZE, settings.writeTimeout());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HttpServerRequest.class)
	@ConditionalOnMissingBean(ClientSockets.class)
	static class ReactorNettyConfiguration {

		@Bean
		NettyClientSockets cometClientSockets(CometSettings settings) {
			return new NettyClientSockets(schedulerSockets(settings), settings.fastPath(), settings.writeTimeout());
		}

		@Bean
		@ConditionalOnMissingBean
		CometWebSocketHandler cometWebSocketHandler(Subscriptions subscriptions, NettyClientSockets sockets,
				CometSettings settings) {
			RequestUpgradeStrategy standard = new ReactorNettyRequestUpgradeStrategy(() -> WebsocketServerSpec.builder()
				// Comet answers pings itself, once the client has taken the last pong.
				.handlePing(true)
				.maxFramePayloadLength(settings.maxRequestSize()));
			WebSocketService webSockets = new HandshakeWebSocketService(
					new DirectUpgradeStrategy(standard, sockets, settings.maxRequestSize()));
			return new CometWebSocketHandler(subscriptions, sockets, webSockets, settings.limits().maxChannels());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HttpServer.class, NettyReactiveWebServerFactory.class })
	static class ReactorNettyVersionConfiguration {

		// Spring Boot calls it only if this server is the one in use.
		@Bean
		WebServerFactoryCustomizer<NettyReactiveWebServerFactory> cometReactorNettyVersionCheck() {
			return (factory) -> ReactorNettyVersion.warning().ifPresent(logger::warn);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("reactor.netty.http.server.HttpServerRequest")
	@ConditionalOnMissingBean(ClientSockets.class)
	static class OtherServerConfiguration {

		@Bean
		ClientSockets cometClientSockets(CometSettings settings) {
			return schedulerSockets(settings);
		}

	}

}
