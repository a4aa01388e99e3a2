package io.github.cometspring.autoconfigure;

import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.CometHandlerMapping;
import io.github.cometspring.web.EventLoops;
import io.github.cometspring.web.LegacyPollHandler;
import io.github.cometspring.web.ReactorNettyEventLoops;
import io.github.cometspring.web.SchedulerEventLoops;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.HandlerMapping;

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

	@Bean
	@ConditionalOnMissingBean
	LegacyPollHandler legacyPollHandler(Subscriptions subscriptions, EventLoops eventLoops, CometSettings settings) {
		return new LegacyPollHandler(subscriptions, eventLoops, settings.maxRequestSize(), settings.writeTimeout());
	}

	@Bean
	@ConditionalOnMissingBean
	CometHandlerMapping cometHandlerMapping(LegacyPollHandler handler, CometSettings settings) {
		return new CometHandlerMapping(settings.path(), handler, settings.allowedOrigins());
	}

	@Bean
	CometPathCheck cometPathCheck(CometSettings settings, ObjectProvider<HandlerMapping> mappings) {
		return new CometPathCheck(settings.path(), mappings);
	}

	@Bean
	CometShutdown cometShutdown(Subscriptions subscriptions) {
		return new CometShutdown(subscriptions);
	}

	private static EventLoops schedulerEventLoops() {
		return new SchedulerEventLoops(Schedulers.parallel(), Schedulers.DEFAULT_POOL_SIZE);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HttpServerRequest.class)
	@ConditionalOnMissingBean(EventLoops.class)
	static class ReactorNettyConfiguration {

		@Bean
		EventLoops cometEventLoops() {
			return new ReactorNettyEventLoops(schedulerEventLoops());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("reactor.netty.http.server.HttpServerRequest")
	@ConditionalOnMissingBean(EventLoops.class)
	static class OtherServerConfiguration {

		@Bean
		EventLoops cometEventLoops() {
			return schedulerEventLoops();
		}

	}

}
