package io.github.cometspring.test;

import java.security.Principal;
import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.context.ApplicationContext;
import org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.util.ClassUtils;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

/**
 * A user who is logged in with each request in process. Where Spring Security protects
 * the application, its test support logs the user in.
 *
 * @param name the name of the user
 * @param roles the roles, perhaps none
 */
record TestUser(String name, List<String> roles) {

	private static final boolean SECURITY = isPresent("org.springframework.security.web.server.WebFilterChainProxy");

	private static final boolean SECURITY_TEST = isPresent(
			"org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers");

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, TestUser.class.getClassLoader());
	}

	/**
	 * Logs a user in.
	 * @param user the user, or {@code null} for none: then users that the test sets in
	 * other ways count
	 * @param builder the builder of the handlers
	 * @param context the application
	 */
	static void logIn(@Nullable TestUser user, WebHttpHandlerBuilder builder, ApplicationContext context) {
		if (SECURITY && SpringSecurity.protects(context)) {
			if (SECURITY_TEST) {
				SpringSecurityTest.logIn(user, builder);
			}
			else if (user != null) {
				throw new IllegalStateException("Cannot log in '" + user.name + "': Spring Security protects the "
						+ "application (add org.springframework.security:spring-security-test)");
			}
		}
		else if (user != null) {
			Principal principal = user::name;
			WebFilter filter = (exchange, chain) -> chain
				.filter(exchange.mutate().principal(Mono.just(principal)).build());
			builder.filters((filters) -> filters.add(0, filter));
		}
	}

	/**
	 * Loaded only where Spring Security is on the class path.
	 */
	private static final class SpringSecurity {

		private static boolean protects(ApplicationContext context) {
			return context.getBeanNamesForType(WebFilterChainProxy.class).length > 0;
		}

	}

	/**
	 * Loaded only where its test support is on the class path, too.
	 */
	private static final class SpringSecurityTest {

		private static void logIn(@Nullable TestUser user, WebHttpHandlerBuilder builder) {
			// The last one to be added is the first to be called: it names the user.
			SecurityMockServerConfigurers.springSecurity().beforeServerCreated(builder);
			if (user != null) {
				SecurityMockServerConfigurers.UserExchangeMutator mutator = SecurityMockServerConfigurers
					.mockUser(user.name);
				(user.roles.isEmpty() ? mutator : mutator.roles(user.roles.toArray(String[]::new)))
					.beforeServerCreated(builder);
			}
		}

	}

}
