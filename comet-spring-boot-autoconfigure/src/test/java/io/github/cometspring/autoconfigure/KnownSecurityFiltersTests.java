package io.github.cometspring.autoconfigure;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.core.type.classreading.SimpleMetadataReaderFactory;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.ObservationWebFilterChainDecorator;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.util.matcher.PathPatternParserServerWebExchangeMatcher;
import org.springframework.util.ClassUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the filters of this version of Spring Security are known, that they do
 * nothing with an exchange when its handler is done, and that others are not known. Runs
 * on the oldest version as well.
 */
class KnownSecurityFiltersTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final WebFilter OWN = (exchange, chain) -> chain.filter(exchange);

	@ParameterizedTest
	@EnumSource
	void filtersOfSpringSecurityShouldBeKnown(SecurityLogin login) {
		assertThat(isKnown(login.chain())).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void filtersShouldDoNothingWhenTheHandlerIsDone(SecurityLogin login) {
		ExchangeWitness exchange = new ExchangeWitness(login.exchange());
		List<String> handled = new ArrayList<>();
		proxy(login.chain()).filter(exchange, (handler) -> handler.getResponse().setComplete().doOnSuccess((none) -> {
			handled.add(String.valueOf(handler.getRequest().getPath()));
			exchange.calls().clear();
			exchange.handled();
		})).block(PATIENCE);
		assertThat(handled).containsExactly("/comet");
		assertThat(exchange.getDelegate().getResponse().getHeaders().getFirst("X-Frame-Options")).isEqualTo("DENY");
		assertThat(exchange.calls()).isEmpty();
	}

	@Test
	void witnessShouldSeeWhatAFilterDoes() {
		ExchangeWitness exchange = new ExchangeWitness(SecurityLogin.BASIC.exchange());
		WebFilter late = (each, chain) -> chain.filter(each)
			.then(Mono.fromRunnable(() -> each.getResponse().getHeaders().add("X-Late", "yes")));
		late.filter(exchange, (each) -> Mono.fromRunnable(exchange::handled)).block(PATIENCE);
		assertThat(exchange.calls()).containsExactly("getResponse", "getHeaders");
	}

	@Test
	void everyFilterShouldBeInAChainOfTheTests() {
		Set<String> tested = new HashSet<>(Set.of(PublishSecurityFilter.class.getName()));
		for (SecurityLogin login : SecurityLogin.values()) {
			login.chain()
				.getWebFilters()
				.doOnNext((filter) -> tested.add(filter.getClass().getName()))
				.blockLast(PATIENCE);
		}
		assertThat(tested).containsExactlyInAnyOrderElementsOf(Stream
			.concat(KnownSecurityFilters.WITHOUT_HANDLERS.stream(), KnownSecurityFilters.WITH_HANDLERS.stream())
			.toList());
	}

	// Others

	@Test
	void filterOfTheApplicationShouldNotBeKnown() {
		assertThat(isKnown(SecurityLogin.BASIC.http().addFilterAt(OWN, SecurityWebFiltersOrder.FIRST).build()))
			.isFalse();
		assertThat(isKnown(SecurityLogin.FORM.chain(),
				SecurityLogin.BASIC.http().addFilterAt(OWN, SecurityWebFiltersOrder.LAST).build()))
			.isFalse();
		KnownSecurityFilters known = new KnownSecurityFilters("/comet");
		assertThat(known.isKnown(OWN)).isFalse();
		assertThat(known.isKnown(new WebFilterChainProxy(SecurityLogin.BASIC.chain()) {
		})).isFalse();
		assertThat(known.isKnown(new WebFilterChainProxy())).isFalse();
	}

	@Test
	void filterOfTheApplicationOnOtherPathsShouldNotMatter() {
		assertThat(isKnown(on("/api/**"), SecurityLogin.BASIC.chain())).isTrue();
		assertThat(isKnown(on("/{any}"), SecurityLogin.BASIC.chain())).isFalse();
	}

	private static SecurityWebFilterChain on(String pattern) {
		ServerHttpSecurity http = SecurityLogin.FORM.http().addFilterAt(OWN, SecurityWebFiltersOrder.LAST);
		return http.securityMatcher(new PathPatternParserServerWebExchangeMatcher(pattern)).build();
	}

	@Test
	void chainOfTheApplicationShouldNotBeKnown() {
		SecurityWebFilterChain usual = SecurityLogin.BASIC.chain();
		assertThat(isKnown(new SecurityWebFilterChain() {

			@Override
			public Mono<Boolean> matches(ServerWebExchange exchange) {
				return usual.matches(exchange);
			}

			@Override
			public Flux<WebFilter> getWebFilters() {
				return usual.getWebFilters();
			}

		})).isFalse();
	}

	@Test
	void decoratorOfTheApplicationShouldNotBeKnown() {
		WebFilterChainProxy proxy = proxy(SecurityLogin.BASIC.chain());
		KnownSecurityFilters known = new KnownSecurityFilters("/comet");
		proxy.setFilterChainDecorator(new ObservationWebFilterChainDecorator(ObservationRegistry.create()));
		assertThat(known.isKnown(proxy)).isTrue();
		proxy.setFilterChainDecorator(
				(original, filters) -> (exchange) -> original.filter(exchange).doOnTerminate(() -> {
				}));
		assertThat(known.isKnown(proxy)).isFalse();
	}

	// What gets the rest of the chain

	/**
	 * All else that an application can implement gets an exchange at the most.
	 */
	@Test
	void noOtherInterfacesShouldGetTheRestOfTheChain() throws IOException {
		List<String> found = new ArrayList<>();
		MetadataReaderFactory factory = new SimpleMetadataReaderFactory();
		Resource[] classes = new PathMatchingResourcePatternResolver()
			.getResources("classpath*:org/springframework/security/**/server/**/*.class");
		for (Resource resource : classes) {
			String name = factory.getMetadataReader(resource).getClassMetadata().getClassName();
			if (factory.getMetadataReader(resource).getClassMetadata().isInterface() && isGivenTheChain(name)) {
				found.add(name);
			}
		}
		assertThat(classes).hasSizeGreaterThan(100);
		assertThat(found).containsExactlyInAnyOrderElementsOf(Stream
			.concat(KnownSecurityHandlers.KINDS.stream(), Stream.of(WebFilterChainProxy.WebFilterChainDecorator.class))
			.map(Class::getName)
			.toList());
	}

	private static boolean isGivenTheChain(String name) {
		Class<?> type = ClassUtils.resolveClassName(name, null);
		try {
			return Modifier.isPublic(type.getModifiers()) && Arrays.stream(type.getMethods())
				.anyMatch((method) -> takes(method, WebFilterExchange.class) || takes(method, WebFilterChain.class));
		}
		// An interface for servlets cannot be implemented without their library.
		catch (NoClassDefFoundError ex) {
			return false;
		}
	}

	@ParameterizedTest
	@FieldSource("io.github.cometspring.autoconfigure.KnownSecurityFilters#WITHOUT_HANDLERS")
	void filterWithoutHandlersShouldTakeNone(String name) {
		Class<?> type = ClassUtils.resolveClassName(name, null);
		assertThat(WebFilter.class).isAssignableFrom(type);
		assertThat(settable(type)).noneMatch(
				(executable) -> KnownSecurityHandlers.KINDS.stream().anyMatch((kind) -> takes(executable, kind)));
	}

	@ParameterizedTest
	@FieldSource("io.github.cometspring.autoconfigure.KnownSecurityFilters#WITH_HANDLERS")
	void filterWithHandlersShouldTakeThem(String name) {
		Class<?> type = ClassUtils.resolveClassName(name, null);
		assertThat(settable(type))
			.anyMatch((executable) -> KnownSecurityHandlers.KINDS.stream().anyMatch((kind) -> takes(executable, kind)));
	}

	/**
	 * What the application can call. It cannot name a class that is not public.
	 */
	private static Stream<Executable> settable(Class<?> type) {
		return Stream.<Executable>concat(Arrays.stream(type.getConstructors()), Arrays.stream(type.getMethods()));
	}

	private static boolean takes(Executable executable, Class<?> type) {
		return Arrays.asList(executable.getParameterTypes()).contains(type);
	}

	private static boolean isKnown(SecurityWebFilterChain... chains) {
		return new KnownSecurityFilters("/comet").isKnown(proxy(chains));
	}

	private static WebFilterChainProxy proxy(SecurityWebFilterChain... chains) {
		return new WebFilterChainProxy(chains);
	}

}
