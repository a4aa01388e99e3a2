package io.github.cometspring.autoconfigure;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.publish.CometPublish;
import io.github.cometspring.publish.CometPublishPostProcessor;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of {@link CometPublish}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { CometAutoConfiguration.class, CometTypedAutoConfiguration.class })
@ConditionalOnBean(Channels.class)
public final class CometPublishAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	static CometPublishPostProcessor cometPublishPostProcessor(Environment environment) {
		CometPublishPostProcessor processor = new CometPublishPostProcessor();
		// As for Spring Boot's own advice
		processor.setProxyTargetClass(environment.getProperty("spring.aop.proxy-target-class", Boolean.class, true));
		return processor;
	}

}
