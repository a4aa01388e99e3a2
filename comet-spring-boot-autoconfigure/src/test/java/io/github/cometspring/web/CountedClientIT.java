package io.github.cometspring.web;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A message that is published as soon as a client is counted reaches that client.
 */
@OneNodeOnly("The application has a broker of its own")
@AlsoOnIoUring
class CountedClientIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@Test
	void pollWhenPublishedAsSoonAsItCountsShouldAnswerMessage() {
		try (CometServer server = CometServer.start(new Class<?>[] { EagerBroker.class }, "comet.timeout=3s")) {
			server.create("a");
			assertThat(server.poll("registration=a").body()).isEqualTo("a:m");
		}
	}

	/**
	 * Publishes a message when a client joins, and so is counted.
	 */
	@Configuration(proxyBeanMethods = false)
	static class EagerBroker {

		@Bean
		ChannelBroker channelBroker() {
			InMemoryChannelBroker broker = new InMemoryChannelBroker(null, Schedulers.parallel());
			return proxy(ChannelBroker.class, broker, (method, result) -> method.getName().equals("findAll")
					? ((Mono<?>) result).map((logs) -> eager((Map<?, ?>) logs)) : result);
		}

		private static Map<?, ?> eager(Map<?, ?> logs) {
			return logs.entrySet()
				.stream()
				.collect(Collectors.toMap(Map.Entry::getKey, (entry) -> eager((ChannelLog) entry.getValue())));
		}

		private static ChannelLog eager(ChannelLog log) {
			return proxy(ChannelLog.class, log, (method, result) -> {
				if (method.getName().equals("join")) {
					log.append("m").subscribe();
				}
				return result;
			});
		}

		private static <T> T proxy(Class<T> type, T target, Interceptor interceptor) {
			return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
					(proxy, method, arguments) -> {
						try {
							return interceptor.intercept(method, method.invoke(target, arguments));
						}
						catch (InvocationTargetException ex) {
							throw ex.getCause();
						}
					}));
		}

	}

	private interface Interceptor {

		Object intercept(Method method, Object result);

	}

}
