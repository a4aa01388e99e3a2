package io.github.cometspring.autoconfigure;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.typed.TypedChannels;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of channels of values, with the application's own Jackson mapper.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CometAutoConfiguration.class,
		afterName = "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration")
@ConditionalOnClass(JsonMapper.class)
@ConditionalOnBean({ Channels.class, CometSettings.class })
public final class CometTypedAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnSingleCandidate(JsonMapper.class)
	TypedChannels cometTypedChannels(Channels channels, CometSettings settings, JsonMapper mapper) {
		return new TypedChannels(channels, settings.channelDefaults(), mapper);
	}

}
