package io.github.cometspring.autoconfigure;

import java.util.List;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelGrants;
import io.github.cometspring.channel.ChannelListener;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.PublicationObserver;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.event.ChannelEventPublisher;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.GrantAuthorizer;
import io.github.cometspring.security.SignedGrants;
import io.github.cometspring.subscription.Authorization;
import io.github.cometspring.subscription.LoginExpiry;
import io.github.cometspring.subscription.SubscriptionListener;
import io.github.cometspring.subscription.Subscriptions;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of channels, their control and subscriptions to them.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnClass(Flux.class)
@ConditionalOnSwitch(name = "comet.enabled", matchIfMissing = true)
@EnableConfigurationProperties(CometProperties.class)
@ImportRuntimeHints(CometRuntimeHints.class)
public final class CometAutoConfiguration {

	private static final String GRANT_KEYS = "comet.grants.keys";

	@Bean
	CometSettings cometSettings(CometProperties properties, Environment environment) {
		ChannelPatterns.requireBrackets(environment);
		requireKeys(properties.grants().keys(), environment);
		return CometSettings.of(properties);
	}

	/**
	 * Refuses a list of keys that is there and empty, such as that of a variable without
	 * a value: whoever wants grants would get channels that need none.
	 */
	private static void requireKeys(List<String> keys, Environment environment) {
		if (keys.isEmpty() && Binder.get(environment).bind(GRANT_KEYS, Bindable.listOf(String.class)).isBound()) {
			throw new InvalidConfigurationPropertyValueException(GRANT_KEYS, "",
					"Must have a key, or be left out: without a key, channels need no grant.");
		}
	}

	@Bean(destroyMethod = "dispose")
	@ConditionalOnMissingBean(ChannelBroker.class)
	InMemoryChannelBroker cometChannelBroker(CometSettings settings, ChannelListener listener) {
		return new InMemoryChannelBroker(settings.maxVirtualChannels(), Schedulers.parallel(), listener);
	}

	@Bean
	@ConditionalOnMissingBean(ChannelListener.class)
	ChannelEventPublisher cometChannelEvents(ApplicationContext context) {
		return new ChannelEventPublisher(context, ChannelEventPublisher.GRACE, ChannelEventPublisher::newThread);
	}

	@Bean
	@ConditionalOnMissingBean
	Channels cometChannels(ChannelBroker broker, ChannelGrants grants, CometSettings settings,
			ObjectProvider<PublicationObserver> observer) {
		return new DefaultChannels(broker, settings.channelDefaults(), settings.maxMessageSize(), Schedulers.parallel(),
				grants, observer.getIfAvailable(() -> PublicationObserver.NONE));
	}

	@Bean
	@ConditionalOnMissingBean(ChannelGrants.class)
	SignedGrants cometGrants(CometSettings settings) {
		return new SignedGrants(settings.grantKeys());
	}

	// Always there, as a condition would be evaluated ahead of time, where the keys are
	// not known yet. An authorizer of the application takes precedence.
	@Bean
	@Fallback
	@ConditionalOnBean(SignedGrants.class)
	@ConditionalOnMissingBean
	GrantAuthorizer cometGrantAuthorizer(SignedGrants grants) {
		return new GrantAuthorizer(grants);
	}

	@Bean
	@ConditionalOnMissingBean
	CometControl cometControl(CometSettings settings) {
		return new CometControl(settings.timeout());
	}

	@Bean(destroyMethod = "dispose")
	@ConditionalOnMissingBean
	Subscriptions cometSubscriptions(ChannelBroker broker, CometControl control,
			ObjectProvider<ChannelAuthorizer> authorizer, ObjectProvider<LoginExpiry> logins,
			ObjectProvider<SubscriptionListener> listeners, ObjectProvider<PublicationObserver> observer,
			CometSettings settings) {
		return new Subscriptions(broker, control,
				authorization(authorizer.getIfAvailable(), logins.getIfAvailable(), settings), settings.limits(),
				listeners.orderedStream().toList(), observer.getIfAvailable(() -> PublicationObserver.NONE));
	}

	private static @Nullable Authorization authorization(@Nullable ChannelAuthorizer authorizer,
			@Nullable LoginExpiry logins, CometSettings settings) {
		// Without keys, no grant is valid and none is demanded.
		boolean off = authorizer instanceof GrantAuthorizer grants && !grants.hasKeys();
		if (authorizer != null && !off) {
			return new Authorization(authorizer, settings.authorizationTimeout(), settings.authorizationMaxAge(),
					(logins != null) ? logins : LoginExpiry.NEVER);
		}
		return (logins != null) ? Authorization.ofLogins(settings.authorizationTimeout(), logins) : null;
	}

}
