package io.github.cometspring.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.AllowedOrigins;
import io.github.cometspring.web.CometHandlerMapping;
import io.github.cometspring.web.ClientSockets;
import io.github.cometspring.web.EventStreamHandler;
import io.github.cometspring.netty.NettyClientSockets;
import io.github.cometspring.web.SchedulerClientSockets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.DispatcherHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

class CometWebFluxAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(CometAutoConfiguration.class,
			CometWebFluxAutoConfiguration.class, WebFluxAutoConfiguration.class, HttpHandlerAutoConfiguration.class);

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	@Test
	void contextShouldHaveEndpoint() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(EventStreamHandler.class)
			.hasSingleBean(CometHandlerMapping.class)
			.hasSingleBean(CometShutdown.class)
			.hasSingleBean(CometPathCheck.class)
			.getBean(ClientSockets.class)
			.isInstanceOf(NettyClientSockets.class));
	}

	@Test
	void contextWhenReactorNettyIsAbsentShouldUseSchedulers() {
		this.runner.withClassLoader(new FilteredClassLoader(HttpServerRequest.class))
			.run((context) -> assertThat(context).getBean(ClientSockets.class)
				.isInstanceOf(SchedulerClientSockets.class));
	}

	@Test
	void contextWhenWebFluxIsAbsentShouldHaveNoEndpoint() {
		this.runner.withClassLoader(new FilteredClassLoader(DispatcherHandler.class))
			.run((context) -> assertThat(context).hasSingleBean(Channels.class)
				.doesNotHaveBean(EventStreamHandler.class)
				.doesNotHaveBean(CometHandlerMapping.class));
	}

	@Test
	void contextWhenDisabledShouldHaveNoEndpoint() {
		this.runner.withPropertyValues("comet.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(EventStreamHandler.class)
				.doesNotHaveBean(CometHandlerMapping.class)
				.doesNotHaveBean(ClientSockets.class)
				.doesNotHaveBean(CometShutdown.class));
	}

	@Test
	void contextWhenNoWebApplicationShouldHaveNoEndpoint() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Channels.class)
				.doesNotHaveBean(EventStreamHandler.class)
				.doesNotHaveBean(ClientSockets.class));
	}

	@Test
	void socketsWhenUserHasThemShouldBeTheUsers() {
		ClientSockets sockets = mock(ClientSockets.class);
		this.runner.withBean("mine", ClientSockets.class, () -> sockets)
			.run((context) -> assertThat(context).getBean(ClientSockets.class).isSameAs(sockets));
	}

	@Test
	void handlerWhenUserHasOneShouldBeTheUsers() {
		Subscriptions subscriptions = new Subscriptions(mock(ChannelBroker.class),
				new CometControl(Duration.ofSeconds(1)), null,
				new SubscriptionLimits(null, 1, 1, Duration.ofSeconds(1)));
		this.runner
			.withBean("mine", EventStreamHandler.class,
					() -> new EventStreamHandler(subscriptions, mock(ClientSockets.class)))
			.run((context) -> assertThat(context).hasSingleBean(EventStreamHandler.class).hasBean("mine"));
	}

	@Test
	void mappingWhenUserHasOneShouldBeTheUsers() {
		this.runner
			.withBean("mine", CometHandlerMapping.class,
					() -> new CometHandlerMapping("/mine", (exchange) -> Mono.empty(),
							new AllowedOrigins(List.of(), false)))
			.run((context) -> assertThat(context).hasSingleBean(CometHandlerMapping.class).hasBean("mine"));
	}

	@Test
	void endpointWhenThereIsNoServerShouldAnswer() {
		this.runner.run((context) -> poll(context, "/comet").expectStatus()
			.isOk()
			.expectBody(String.class)
			.isEqualTo("prices:ENDED_CHANNEL"));
	}

	@Test
	void endpointWhenReactorNettyIsAbsentShouldAnswer() {
		this.runner.withClassLoader(new FilteredClassLoader(HttpServerRequest.class))
			.run((context) -> poll(context, "/comet").expectStatus().isOk());
	}

	@ParameterizedTest
	@CsvSource({ "/push,/push", "/a/b.c,/a/b.c", "/**,/any/where" })
	void endpointWhenPathIsSetShouldAnswerThere(String path, String target) {
		this.runner.withPropertyValues("comet.path=" + path)
			.run((context) -> poll(context, target).expectStatus().isOk());
	}

	@ParameterizedTest
	@CsvSource({ "true,200", "false,403" })
	void endpointWhenUserHasAuthorizerShouldAskIt(boolean permitted, int status) {
		this.runner
			.withBean(ChannelAuthorizer.class,
					() -> (principal, channel) -> Mono.just(permitted && channel.equals("prices")))
			.run((context) -> poll(context, "/comet").expectStatus().isEqualTo(status));
	}

	@ParameterizedTest
	@ValueSource(strings = { "https://example.org", "*" })
	void endpointWhenOriginIsAllowedShouldSendCorsHeader(String allowed) {
		this.runner.withPropertyValues("comet.allowed-origins=" + allowed)
			.run((context) -> poll(context, "/comet").expectStatus()
				.isOk()
				.expectHeader()
				.valueEquals("Access-Control-Allow-Origin", allowed));
	}

	private static WebTestClient.ResponseSpec poll(ApplicationContext context, String path) {
		return WebTestClient.bindToApplicationContext(context)
			.build()
			.post()
			.uri("http://localhost" + path)
			.header("Content-Type", "application/x-ocsigen-comet")
			.header("Origin",
					context.getEnvironment().containsProperty("comet.allowed-origins") ? "https://example.org"
							: "http://localhost")
			.bodyValue("registration=prices".getBytes(StandardCharsets.US_ASCII))
			.exchange();
	}

}
