package io.github.cometspring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.netty.FastPath;
import io.github.cometspring.netty.NettyClientSockets;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.web.CometHandlerMapping;
import io.github.cometspring.web.CometWebSocketHandler;
import io.github.cometspring.web.JsonPollDialect;
import io.github.cometspring.web.KeptLogins;
import io.github.cometspring.web.LegacyPollDialect;
import io.github.cometspring.web.PollDialect;
import io.github.cometspring.web.PublishPolicy;
import reactor.netty.http.server.HttpServer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.webflux.autoconfigure.WebFluxProperties;
import org.springframework.boot.webflux.autoconfigure.WebHttpHandlerBuilderCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.server.adapter.ForwardedHeaderTransformer;

/**
 * Auto-configuration of the fast path of long polls, event streams and WebSockets, on
 * Reactor Netty.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { CometWebFluxAutoConfiguration.class, CometHttpPublishAutoConfiguration.class })
@ConditionalOnClass({ HttpServer.class, NettyReactiveWebServerFactory.class, WebHttpHandlerBuilderCustomizer.class })
@ConditionalOnBean({ Subscriptions.class, NettyClientSockets.class, CometHandlerMapping.class })
@ConditionalOnSwitch(name = "comet.fast-path", matchIfMissing = true)
public final class CometFastPathAutoConfiguration {

	@Bean
	FastPathEligibility cometFastPathEligibility(ApplicationContext context, CometSettings settings,
			ObjectProvider<KnownFilters> filters) {
		return new FastPathEligibility(context, settings.path(), settings.allowedOrigins(),
				settings.limits().maxPerAddress() != null, filters.orderedStream().toList());
	}

	// After all others, so that it sees the final configuration of the server.
	@Bean
	@Order(Ordered.LOWEST_PRECEDENCE)
	WebServerFactoryCustomizer<NettyReactiveWebServerFactory> cometFastPathCustomizer(ApplicationContext context,
			Subscriptions subscriptions, NettyClientSockets sockets, CometSettings settings,
			ObjectProvider<CometWebSocketHandler> webSockets, FastPathEligibility eligibility,
			ObjectProvider<PublishPolicy> publishPolicy, ObjectProvider<KeptLogins> keptLogins,
			ObjectProvider<WebFluxProperties> webFlux) {
		List<PollDialect> dialects = new ArrayList<>();
		if (settings.transports().contains(Transport.LEGACY)) {
			dialects.add(new LegacyPollDialect());
		}
		if (settings.transports().contains(Transport.JSON)) {
			dialects.add(new JsonPollDialect());
		}
		// With one slash before it and none behind, whatever is configured
		String root = webFlux.stream()
			.map(WebFluxProperties::getBasePath)
			.filter(Objects::nonNull)
			.findFirst()
			.orElse("");
		FastPath fastPath = new FastPath(root + settings.path(), dialects, subscriptions, sockets,
				settings.maxRequestSize(),
				settings.transports().contains(Transport.SSE) && eligibility.areEventStreamsOwn(),
				(settings.transports().contains(Transport.WEBSOCKET) && eligibility.areWebSocketsOwn())
						? webSockets.getIfAvailable() : null,
				eligibility::isEligible, eligibility::isDetachable);
		if (context.getBeanNamesForType(ForwardedHeaderTransformer.class).length > 0) {
			fastPath.believeForwarding();
		}
		if (keptLogins.getIfUnique(() -> KeptLogins.NONE) != KeptLogins.NONE) {
			fastPath.keepLogins();
		}
		PublishPolicy policy = publishPolicy.getIfUnique();
		if (policy != null && eligibility.arePublicationsOwn()) {
			PublishSettings publish = settings.publish();
			fastPath.servePublications(root + publish.path(), policy, publish.maxRequestSize());
		}
		// A subclass may add something that must see all requests first.
		return (factory) -> {
			if (factory.getClass() == NettyReactiveWebServerFactory.class) {
				eligibility.setServer(fastPath::isOpen);
				factory.addServerCustomizers(fastPath::openOn);
			}
		};
	}

}
