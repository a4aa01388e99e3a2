package io.github.cometspring.autoconfigure;

import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.subscription.Subscriptions;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of a warning in servlet applications, where channels have no
 * endpoint.
 * <p>
 * It does not fail the start, because the application itself may subscribe to its
 * channels. With another broker there is no warning, because other nodes may serve the
 * clients.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean({ Subscriptions.class, InMemoryChannelBroker.class })
public final class CometServletAutoConfiguration {

	private static final Log logger = LogFactory.getLog(CometServletAutoConfiguration.class);

	@Bean
	SmartInitializingSingleton cometServletWarning(CometSettings settings) {
		return () -> logger.warn(("Comet serves no clients here: this is a servlet application, and '%s' answers in "
				+ "reactive ones only. Published messages reach no clients. Set spring.main.web-application-type"
				+ "=reactive to serve clients, or comet.enabled=false if CometClient is all that is used")
			.formatted(settings.path()));
	}

}
