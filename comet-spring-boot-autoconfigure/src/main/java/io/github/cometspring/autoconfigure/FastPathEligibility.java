package io.github.cometspring.autoconfigure;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.github.cometspring.actuate.CometEndpointFilter;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.GrantAuthorizer;
import io.github.cometspring.web.CometHandlerMapping;
import io.github.cometspring.web.CometTokenFilter;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.reactor.netty.NettyRouteProvider;
import org.springframework.boot.webflux.autoconfigure.WebHttpHandlerBuilderCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.http.server.reactive.ContextPathCompositeHandler;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebHandler;
import org.springframework.web.server.adapter.HttpWebHandlerAdapter;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

/**
 * Decides whether long polls may take the fast path: only if no component of the
 * application needs to see them. Logs the decision once.
 */
final class FastPathEligibility implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(FastPathEligibility.class);

	/** Those who may look at a request, or change what becomes of it. */
	private static final List<Class<?>> WITNESSES = List.of(WebFilter.class, ChannelAuthorizer.class,
			HttpHandlerDecoratorFactory.class, WebHttpHandlerBuilderCustomizer.class, NettyRouteProvider.class);

	private final ApplicationContext context;

	private final String path;

	private final List<String> allowedOrigins;

	private volatile boolean eligible;

	FastPathEligibility(ApplicationContext context, String path, List<String> allowedOrigins) {
		this.context = context;
		this.path = path;
		this.allowedOrigins = allowedOrigins;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Optional<String> obstacle = obstacle();
		this.eligible = obstacle.isEmpty();
		if (logger.isDebugEnabled()) {
			logger.debug(obstacle.map((witness) -> "Long polls go through WebFlux because of " + witness)
				.orElse("Long polls are answered before WebFlux (set comet.fast-path to false to change that)"));
		}
	}

	/**
	 * Whether polls may take the fast path.
	 * @return {@code false} also as long as it is not decided
	 */
	boolean isEligible() {
		return this.eligible;
	}

	private Optional<String> obstacle() {
		if (this.path.equals(CometHandlerMapping.EVERYWHERE)) {
			return Optional.of("comet.path");
		}
		// Whether a page may see an answer, WebFlux says in its head.
		return this.allowedOrigins.isEmpty() ? witness().or(this::otherHandler).or(this::otherMapping)
				: Optional.of("comet.allowed-origins");
	}

	private Optional<String> witness() {
		return beans(WITNESSES).filter((name) -> mustSeePolls(this.context.getBean(name)))
			.findFirst()
			.map((name) -> "the bean '%s'".formatted(name));
	}

	private boolean mustSeePolls(Object witness) {
		// Without keys, no grant is demanded.
		if (witness instanceof GrantAuthorizer grants) {
			return grants.hasKeys();
		}
		// What it refuses, a token in the address, is no plain poll.
		return !(witness instanceof CometTokenFilter)
				&& (!(witness instanceof CometEndpointFilter own) || own.covers(this.path));
	}

	private Stream<String> beans(List<Class<?>> types) {
		return types.stream()
			.flatMap((type) -> Stream.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.context, type)));
	}

	/**
	 * Another beginning of the chain than Spring Boot's own.
	 */
	private Optional<String> otherHandler() {
		HttpHandler http = this.context.getBeanProvider(HttpHandler.class).getIfUnique();
		boolean usual = http instanceof HttpWebHandlerAdapter || http instanceof ContextPathCompositeHandler;
		if (!usual || !isMadeBy(HttpHandler.class, "org.springframework.boot.")) {
			return Optional.of("the HttpHandler of the application");
		}
		WebHandler web = this.context.getBean(WebHttpHandlerBuilder.WEB_HANDLER_BEAN_NAME, WebHandler.class);
		return (web.getClass() == DispatcherHandler.class) ? Optional.empty()
				: Optional.of("the WebHandler of the application");
	}

	/**
	 * Whether the only bean of a type comes from an auto-configuration: one of the
	 * application may be of the same class and yet do something else.
	 */
	private boolean isMadeBy(Class<?> type, String configuration) {
		String[] names = this.context.getBeanNamesForType(type);
		return names.length == 1
				&& this.context.getAutowireCapableBeanFactory() instanceof ConfigurableListableBeanFactory factory
				&& factory.containsBeanDefinition(names[0])
				&& String.valueOf(factory.getMergedBeanDefinition(names[0]).getFactoryBeanName())
					.startsWith(configuration);
	}

	/**
	 * Somebody who is asked for a handler before Comet is.
	 */
	private Optional<String> otherMapping() {
		DispatcherHandler dispatcher = this.context.getBean(WebHttpHandlerBuilder.WEB_HANDLER_BEAN_NAME,
				DispatcherHandler.class);
		List<HandlerMapping> mappings = Optional.ofNullable(dispatcher.getHandlerMappings()).orElse(List.of());
		for (HandlerMapping mapping : mappings) {
			if (mapping instanceof CometHandlerMapping) {
				return isMadeBy(CometHandlerMapping.class, CometWebFluxAutoConfiguration.class.getName())
						? Optional.empty() : Optional.of("the CometHandlerMapping of the application");
			}
			// The actuator's, which keeps to its own path.
			if (!mapping.getClass().getName().startsWith("org.springframework.boot.")) {
				return Optional.of("the handler mapping " + mapping);
			}
		}
		return Optional.of("a missing handler mapping");
	}

}
