package io.github.cometspring.autoconfigure;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import io.github.cometspring.actuate.CometEndpointFilter;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.GrantAuthorizer;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.CometHandlerMapping;
import io.github.cometspring.web.CometTokenFilter;
import io.github.cometspring.web.CometWebSocketHandler;
import io.github.cometspring.web.EventStreamHandler;
import io.github.cometspring.web.PublishHandlerMapping;
import org.jspecify.annotations.Nullable;

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
import org.springframework.web.server.adapter.ForwardedHeaderTransformer;
import org.springframework.web.server.adapter.HttpWebHandlerAdapter;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

/**
 * Decides whether polls, and requests for streams, may take the fast path: only if no
 * component of the application needs to see them. The line of {@link CometStartLog} says
 * why.
 */
final class FastPathEligibility implements SmartInitializingSingleton {

	/** Those who may look at a request, or change what becomes of it. */
	private static final List<Class<?>> WITNESSES = List.of(WebFilter.class, ChannelAuthorizer.class,
			HttpHandlerDecoratorFactory.class, WebHttpHandlerBuilderCustomizer.class, NettyRouteProvider.class);

	/** Those who may surround the handling of a request. */
	private static final List<Class<?>> SURROUNDINGS = List.of(HttpHandlerDecoratorFactory.class,
			WebHttpHandlerBuilderCustomizer.class, NettyRouteProvider.class);

	private final ApplicationContext context;

	private final String path;

	private final List<String> allowedOrigins;

	private final boolean addressesLimited;

	private final List<KnownFilters> knownFilters;

	private volatile boolean eligible;

	private volatile boolean detachable;

	private volatile @Nullable String obstacle;

	/**
	 * Whether the configuration of the server allows it.
	 */
	private volatile BooleanSupplier server = () -> false;

	/**
	 * Creates the decision.
	 * @param context the context of the application
	 * @param path the path of the endpoint
	 * @param allowedOrigins the foreign origins whose pages may listen
	 * @param addressesLimited whether the connections of one address are limited
	 * @param knownFilters know filters of others
	 */
	FastPathEligibility(ApplicationContext context, String path, List<String> allowedOrigins, boolean addressesLimited,
			List<KnownFilters> knownFilters) {
		this.context = context;
		this.path = path;
		this.allowedOrigins = allowedOrigins;
		this.addressesLimited = addressesLimited;
		this.knownFilters = knownFilters;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Optional<String> obstacle = findObstacle();
		this.eligible = obstacle.isEmpty();
		this.obstacle = obstacle.orElse(null);
		this.detachable = findNeedOfExchanges().isEmpty();
	}

	void setServer(BooleanSupplier open) {
		this.server = open;
	}

	/**
	 * What prevents the fast path.
	 * @return the obstacle in words, or {@code null} if polls take the fast path
	 */
	@Nullable String obstacle() {
		if (this.eligible && !this.server.getAsBoolean()) {
			return "the configuration of the web server";
		}
		return this.obstacle;
	}

	/**
	 * Whether polls may take the fast path.
	 * @return {@code false} also as long as it is not decided
	 */
	boolean isEligible() {
		return this.eligible;
	}

	/**
	 * Whether WebSockets are served by the handler that Comet has configured. One of the
	 * application may answer handshakes in another way.
	 */
	boolean areWebSocketsOwn() {
		return isMadeBy(CometWebSocketHandler.class, CometWebFluxAutoConfiguration.class.getName());
	}

	/**
	 * Whether event streams are served by the handler that Comet has configured.
	 */
	boolean areEventStreamsOwn() {
		return isMadeBy(EventStreamHandler.class, CometWebFluxAutoConfiguration.class.getName());
	}

	/**
	 * Whether publications are served by the handler that Comet has configured.
	 */
	boolean arePublicationsOwn() {
		return isMadeBy(PublishHandlerMapping.class, CometHttpPublishAutoConfiguration.class.getName());
	}

	/**
	 * Whether clients may let go of their exchange when they begin to wait.
	 * @return {@code false} also as long as it is not decided
	 */
	boolean isDetachable() {
		return this.detachable;
	}

	/**
	 * Whether clients let go of their exchange when they begin to wait.
	 */
	boolean isDetaching() {
		return this.detachable && this.server.getAsBoolean();
	}

	/**
	 * Somebody who may do something with an exchange when its handler is done, besides
	 * adding headers. Authorizers do not.
	 */
	private Optional<String> findNeedOfExchanges() {
		if (this.path.equals(CometHandlerMapping.EVERYWHERE)) {
			return Optional.of("comet.path");
		}
		return beans(SURROUNDINGS).findFirst()
			.or(() -> beans(List.of(WebFilter.class))
				.filter((name) -> !isKnown(this.context.getBean(name, WebFilter.class)))
				.findFirst())
			.or(this::otherHandler)
			.or(() -> isMadeBy(CometHandlerMapping.class, CometWebFluxAutoConfiguration.class.getName())
					? Optional.empty() : Optional.of("the CometHandlerMapping of the application"));
	}

	private boolean isKnown(WebFilter filter) {
		return filter instanceof CometTokenFilter || filter instanceof CometEndpointFilter
				|| this.knownFilters.stream().anyMatch((known) -> known.isKnown(filter));
	}

	private Optional<String> findObstacle() {
		if (this.path.equals(CometHandlerMapping.EVERYWHERE)) {
			return Optional.of("comet.path");
		}
		// Only Spring knows the address of the client then.
		if (this.addressesLimited && beans(List.of(ForwardedHeaderTransformer.class)).findAny().isPresent()) {
			return Optional.of("comet.max-connections-per-address and server.forward-headers-strategy");
		}
		// Whether a page may see an answer, WebFlux says in its head.
		return this.allowedOrigins.isEmpty() ? witness().or(this::reader).or(this::otherHandler).or(this::otherMapping)
				: Optional.of("comet.allowed-origins");
	}

	private Optional<String> witness() {
		return beans(WITNESSES).filter((name) -> mustSeePolls(this.context.getBean(name)))
			.findFirst()
			.map((name) -> "the bean '%s'".formatted(name));
	}

	/**
	 * Subscriptions of the application may have an authorizer that is no bean.
	 */
	private Optional<String> reader() {
		Subscriptions subscriptions = this.context.getBeanProvider(Subscriptions.class).getIfUnique();
		return (subscriptions != null && subscriptions.areRequestsRead())
				? Optional.of("the authorizer of the Subscriptions") : Optional.empty();
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
			// The actuator's, and that of publications, which keep to their own paths.
			if (!(mapping instanceof PublishHandlerMapping && arePublicationsOwn())
					&& !mapping.getClass().getName().startsWith("org.springframework.boot.")) {
				return Optional.of("the handler mapping " + mapping);
			}
		}
		return Optional.of("a missing handler mapping");
	}

}
