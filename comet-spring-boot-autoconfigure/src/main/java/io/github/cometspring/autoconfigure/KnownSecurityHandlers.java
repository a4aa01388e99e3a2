package io.github.cometspring.autoconfigure;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.springframework.http.server.PathContainer;
import org.springframework.security.web.server.authentication.ServerAuthenticationFailureHandler;
import org.springframework.security.web.server.authentication.ServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.authentication.WebFilterChainServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.security.web.server.authentication.logout.ServerLogoutSuccessHandler;
import org.springframework.security.web.server.util.matcher.OrServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.PathPatternParserServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Knows the handlers in the filters of Spring Security that get the rest of the filter
 * chain, and so could do something when Comet's handler is done: those of log-ins, failed
 * log-ins and log-outs. All else that an application can give to these filters gets the
 * exchange alone, and is done with it before the rest of the chain begins, or acts before
 * the commit or after a failure.
 */
final class KnownSecurityHandlers {

	/**
	 * The kinds of handlers that get the rest of the chain.
	 */
	static final List<Class<?>> KINDS = List.of(ServerAuthenticationSuccessHandler.class,
			ServerAuthenticationFailureHandler.class, ServerLogoutHandler.class, ServerLogoutSuccessHandler.class);

	private static final String AUTHENTICATION = KnownSecurityFilters.SECURITY + "web.server.authentication.";

	/**
	 * Those that call others, one after the other.
	 */
	private static final Set<String> DELEGATING = Set.of(
			AUTHENTICATION + "DelegatingServerAuthenticationSuccessHandler",
			AUTHENTICATION + "logout.DelegatingServerLogoutHandler");

	/**
	 * The names of classes, as for the filters.
	 */
	private static final Set<String> NAMES = Set.of(
			AUTHENTICATION + "ConcurrentSessionControlServerAuthenticationSuccessHandler",
			AUTHENTICATION + "RedirectServerAuthenticationFailureHandler",
			AUTHENTICATION + "RedirectServerAuthenticationSuccessHandler",
			AUTHENTICATION + "RegisterSessionServerAuthenticationSuccessHandler",
			AUTHENTICATION + "ServerAuthenticationEntryPointFailureHandler",
			AUTHENTICATION + "WebFilterChainServerAuthenticationSuccessHandler",
			AUTHENTICATION + "logout.HeaderWriterServerLogoutHandler",
			AUTHENTICATION + "logout.HttpStatusReturningServerLogoutSuccessHandler",
			AUTHENTICATION + "logout.RedirectServerLogoutSuccessHandler",
			AUTHENTICATION + "logout.SecurityContextServerLogoutHandler",
			AUTHENTICATION + "logout.WebSessionServerLogoutHandler",
			KnownSecurityFilters.SECURITY + "web.server.csrf.CsrfServerLogoutHandler");

	private final PathContainer path;

	/**
	 * Creates the knowledge of the handlers of an application.
	 * @param path the literal path of Comet within the application
	 */
	KnownSecurityHandlers(String path) {
		this.path = PathContainer.parsePath(path);
	}

	/**
	 * Whether the handlers of a filter do nothing when Comet's is done, or never see a
	 * request to Comet.
	 * @param filter a filter that has such handlers
	 */
	boolean areKnown(Object filter) {
		List<Object> handlers = handlers(filter);
		return isElsewhere(filter)
				|| (!handlers.isEmpty() && handlers.stream().allMatch(KnownSecurityHandlers::isKnown));
	}

	/**
	 * Whether a filter or a chain of filters does nothing with requests to Comet.
	 * @param owner what has matchers of requests
	 * @return {@code false} also if that is not known for sure
	 */
	boolean isElsewhere(Object owner) {
		List<ServerWebExchangeMatcher> matchers = FieldValues.of(owner, ServerWebExchangeMatcher.class);
		return !matchers.isEmpty() && matchers.stream().allMatch(this::matchesOtherPaths);
	}

	private boolean matchesOtherPaths(ServerWebExchangeMatcher matcher) {
		if (matcher.getClass() == OrServerWebExchangeMatcher.class) {
			return isElsewhere(matcher);
		}
		if (matcher.getClass() != PathPatternParserServerWebExchangeMatcher.class) {
			return false;
		}
		List<PathPattern> patterns = FieldValues.of(matcher, PathPattern.class);
		return !patterns.isEmpty() && patterns.stream().noneMatch((pattern) -> pattern.matches(this.path));
	}

	private static boolean isKnown(Object handler) {
		String name = handler.getClass().getName();
		if (!DELEGATING.contains(name)) {
			return NAMES.contains(name);
		}
		// What comes after the one that goes on along the chain comes after Comet.
		List<Object> delegates = handlers(handler);
		return !delegates.isEmpty() && delegates.stream().allMatch(KnownSecurityHandlers::isKnown)
				&& delegates.subList(0, delegates.size() - 1).stream().noneMatch(KnownSecurityHandlers::goesOn);
	}

	private static boolean goesOn(Object handler) {
		return handler instanceof WebFilterChainServerAuthenticationSuccessHandler
				|| handlers(handler).stream().anyMatch(KnownSecurityHandlers::goesOn);
	}

	private static List<Object> handlers(Object owner) {
		return KINDS.stream().<Object>flatMap((kind) -> handlers(owner, kind)).toList();
	}

	private static Stream<?> handlers(Object owner, Class<?> kind) {
		return FieldValues.of(owner, kind).stream();
	}

}
