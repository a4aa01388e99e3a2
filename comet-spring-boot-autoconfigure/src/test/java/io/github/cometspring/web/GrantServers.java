package io.github.cometspring.web;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.GrantAuthorizer;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.BothPaths;
import io.github.cometspring.testing.CometServer;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Two servers for all tests of a class, one on each path, whose authorizer permits the
 * channels of grants and those whose names begin with {@code public}. The channels
 * {@code a}, {@code b} and {@code public} have the message {@code m}.
 */
final class GrantServers implements BeforeAllCallback, AfterAllCallback {

	static final String KEY = "0123456789abcdef0123456789abcdef";

	static final Duration HOUR = Duration.ofHours(1);

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final BothPaths paths = new BothPaths(new Class<?>[] { Composition.class }, "comet.grants.keys[0]=" + KEY,
			"comet.max-channels-per-request=5");

	@Override
	public void beforeAll(ExtensionContext context) {
		this.paths.beforeAll(context);
		for (boolean fastPath : new boolean[] { true, false }) {
			Stream.of("a", "b", "public").forEach((name) -> server(fastPath).create(name).publish("m").block(PATIENCE));
		}
	}

	@Override
	public void afterAll(ExtensionContext context) {
		this.paths.afterAll(context);
	}

	CometServer server(boolean fastPath) {
		return this.paths.server(fastPath);
	}

	static String grant(CometServer server, String channel, Duration validity) {
		return server.channels().grant(channel, validity);
	}

	/** Each transport on each path. */
	static Stream<Arguments> everywhere() {
		return Stream.of(true, false)
			.flatMap((fastPath) -> Arrays.stream(Transport.values())
				.map((transport) -> Arguments.of(fastPath, transport)));
	}

	@Configuration(proxyBeanMethods = false)
	static class Composition {

		@Bean
		ChannelAuthorizer channelAuthorizer(GrantAuthorizer grants) {
			return grants.or((principal, channel) -> Mono.just(channel.startsWith("public")));
		}

	}

}
