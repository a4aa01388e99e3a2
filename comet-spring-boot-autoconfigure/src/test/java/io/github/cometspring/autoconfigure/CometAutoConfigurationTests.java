package io.github.cometspring.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.MessageTooLargeException;
import io.github.cometspring.channel.TooManyChannelsException;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.GrantAuthorizer;
import io.github.cometspring.security.ReadRequest;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.Mockito.mock;

class CometAutoConfigurationTests {

	private static final String KEY = "comet.grants.keys=0123456789abcdef0123456789abcdef";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(CometAutoConfiguration.class, CometWebFluxAutoConfiguration.class, CometActuatorAutoConfiguration.class));

	@Test
	void contextWhenNoWebApplicationShouldHaveChannelsOnly() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(Channels.class)
			.hasSingleBean(InMemoryChannelBroker.class)
			.hasSingleBean(CometControl.class)
			.hasSingleBean(Subscriptions.class)
			.doesNotHaveBean(CometWebFluxAutoConfiguration.class)
			.doesNotHaveBean("cometEndpoint"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "comet.enabled=false", "comet.enabled=FALSE", "comet.enabled=off" })
	void contextWhenDisabledShouldHaveNoBeans(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(
					Arrays.stream(context.getBeanDefinitionNames()).map((name) -> name.toLowerCase(Locale.ROOT)))
				.noneMatch((name) -> name.contains("comet") || name.contains("channel")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "comet.enabled=true", "comet.enabled=TRUE", "comet.enabled=on", "comet.enabled=yes",
			"comet.enabled=1" })
	void contextWhenEnabledShouldHaveChannels(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(Channels.class));
	}

	@Test
	void contextWhenReactorIsAbsentShouldHaveNoBeans() {
		this.runner.withClassLoader(new FilteredClassLoader(Flux.class))
			.run((context) -> assertThat(context).doesNotHaveBean(CometAutoConfiguration.class)
				.doesNotHaveBean(Channels.class));
	}

	@Test
	void contextWhenActuatorIsAbsentShouldHaveChannels() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.run((context) -> assertThat(context).hasSingleBean(Channels.class)
				.doesNotHaveBean(CometActuatorAutoConfiguration.class));
	}

	@Test
	void contextWhenWebFluxIsAbsentShouldHaveChannels() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.web", "reactor.netty"))
			.run((context) -> assertThat(context).hasSingleBean(Channels.class)
				.doesNotHaveBean(CometWebFluxAutoConfiguration.class));
	}

	@Test
	void brokerWhenUserHasOneShouldBeTheUsers() {
		ChannelBroker broker = mock(ChannelBroker.class);
		this.runner.withBean(ChannelBroker.class, () -> broker)
			.run((context) -> assertThat(context).getBean(ChannelBroker.class).isSameAs(broker));
	}

	@Test
	void channelsWhenUserHasThemShouldBeTheUsers() {
		Channels channels = mock(Channels.class);
		this.runner.withBean(Channels.class, () -> channels)
			.run((context) -> assertThat(context).getBean(Channels.class).isSameAs(channels));
	}

	@Test
	void controlWhenUserHasOneShouldBeTheUsers() {
		CometControl control = new CometControl(Duration.ofSeconds(1));
		this.runner.withBean(CometControl.class, () -> control)
			.run((context) -> assertThat(context).getBean(CometControl.class).isSameAs(control));
	}

	@Test
	void subscriptionsWhenUserHasThemShouldBeTheUsers() {
		Subscriptions subscriptions = new Subscriptions(mock(ChannelBroker.class),
				new CometControl(Duration.ofSeconds(1)), null,
				new SubscriptionLimits(null, 1, 1, Duration.ofSeconds(1)));
		this.runner.withBean(Subscriptions.class, () -> subscriptions)
			.run((context) -> assertThat(context).getBean(Subscriptions.class).isSameAs(subscriptions));
	}

	@Test
	void authorizationWhenThereAreNoKeysOfGrantsShouldBeOff() {
		this.runner.run((context) -> {
			assertThat(context.getBean(Subscriptions.class).areAuthorized()).isFalse();
			assertThatIllegalStateException()
				.isThrownBy(() -> context.getBean(Channels.class).grant("a", Duration.ofMinutes(1)))
				.withMessageContaining("comet.grants.keys");
		});
	}

	@Test
	void authorizationWhenThereAreKeysOfGrantsShouldBeByGrants() {
		this.runner.withPropertyValues(KEY).run((context) -> {
			assertThat(context.getBean(Subscriptions.class).areAuthorized()).isTrue();
			String grant = context.getBean(Channels.class).grant("a", Duration.ofMinutes(1));
			ReadRequest request = new ReadRequest(null, List.of("a", "b"), Map.of(), Map.of(), List.of(grant), null);
			StepVerifier.create(context.getBean(ChannelAuthorizer.class).authorize(request)).assertNext((decisions) -> {
				assertThat(decisions.on("a").permitted()).isTrue();
				assertThat(decisions.on("b").permitted()).isFalse();
			}).verifyComplete();
		});
	}

	@Test
	void authorizationWhenUserHasAnAuthorizerShouldBeTheUsersAlsoMadeOfGrants() {
		ChannelAuthorizer own = (principal, channel) -> Mono.just(channel.equals("b"));
		this.runner.withPropertyValues(KEY).withBean(ChannelAuthorizer.class, () -> own).run((context) -> {
			assertThat(context.getBean(ChannelAuthorizer.class)).isSameAs(own);
			assertThat(context).hasSingleBean(GrantAuthorizer.class);
		});
		this.runner.withPropertyValues(KEY)
			.withUserConfiguration(Composition.class)
			.run((context) -> assertThat(context.getBean(ChannelAuthorizer.class))
				.isSameAs(context.getBean("channelAuthorizer")));
	}

	@Test
	void contextWhenClosedShouldLeaveNothingRunning() {
		AtomicReference<InMemoryChannelBroker> broker = new AtomicReference<>();
		AtomicReference<Subscriptions> subscriptions = new AtomicReference<>();
		this.runner.run((context) -> {
			broker.set(context.getBean(InMemoryChannelBroker.class));
			subscriptions.set(context.getBean(Subscriptions.class));
			assertThat(broker.get().isDisposed()).isFalse();
			assertThat(subscriptions.get().isDisposed()).isFalse();
		});
		assertThat(broker.get().isDisposed()).isTrue();
		assertThat(subscriptions.get().isDisposed()).isTrue();
	}

	@Test
	void contextWhenClosedShouldLeaveSharedSchedulerRunning() {
		this.runner.run((context) -> assertThat(context).hasNotFailed());
		assertThat(Schedulers.parallel().isDisposed()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "comet.max-virtual-channels=", "comet.max-virtual-channels=   ", "comet.timeout=1s" })
	void channelsWhenLimitIsEmptyShouldHaveNone(String property) {
		this.runner.withPropertyValues(property).run((context) -> {
			Channels channels = context.getBean(Channels.class);
			StepVerifier.create(Flux.range(0, 5000).flatMap((i) -> channels.create()).then(channels.count()))
				.expectNext(5000L)
				.verifyComplete();
		});
	}

	@Test
	void channelsWhenLimitIsZeroShouldNotBeCreated() {
		this.runner.withPropertyValues("comet.max-virtual-channels=0")
			.run((context) -> StepVerifier.create(context.getBean(Channels.class).create())
				.verifyError(TooManyChannelsException.class));
	}

	@Test
	void channelsWhenLimitIsReachedShouldNotBeCreated() {
		this.runner.withPropertyValues("comet.max-virtual-channels=2").run((context) -> {
			Channels channels = context.getBean(Channels.class);
			StepVerifier.create(channels.create("a").then(channels.create("b")).then(channels.create("c")))
				.verifyErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(TooManyChannelsException.class)
					.hasMessageContaining("comet.max-virtual-channels"));
		});
	}

	@Test
	void settingsShouldReachTheRest() {
		this.runner.withPropertyValues("comet.timeout=7s", "comet.history.size=1", "comet.max-message-size=3B")
			.run((context) -> {
				assertThat(context.getBean(CometControl.class).timeout()).isEqualTo(Duration.ofSeconds(7));
				Channels channels = context.getBean(Channels.class);
				StepVerifier
					.create(channels.create("a").flatMap((channel) -> channel.publish("1").then(channel.publish("2"))))
					.expectNextCount(1)
					.verifyComplete();
				StepVerifier.create(context.getBean(ChannelBroker.class).find("a").map(ChannelLog::retained))
					.assertNext((retained) -> assertThat(retained.longValue()).isOne())
					.verifyComplete();
				StepVerifier.create(channels.find("a").flatMap((channel) -> channel.publish("1234")))
					.verifyError(MessageTooLargeException.class);
			});
	}

	/**
	 * An authorizer of the application that also accepts grants.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Composition {

		@Bean
		ChannelAuthorizer channelAuthorizer(GrantAuthorizer grants) {
			return grants.or((principal, channel) -> Mono.just(channel.equals("b")));
		}

	}

}
