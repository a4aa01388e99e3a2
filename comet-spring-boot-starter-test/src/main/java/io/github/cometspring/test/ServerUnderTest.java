package io.github.cometspring.test;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.web.CometHandlerMapping;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ApplicationContext;
import org.springframework.test.web.reactive.server.MockServerConfigurer;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

/**
 * The application under test: the way to it, the orders to it, and the subscriptions that
 * tests have opened.
 * <p>
 * Thread-safe.
 */
final class ServerUnderTest {

	private static final String DEFAULT_PATH = "/comet";

	private final Set<TestSubscription> subscriptions = ConcurrentHashMap.newKeySet();

	private final @Nullable ApplicationContext context;

	private final Supplier<@Nullable String> baseUrl;

	private volatile boolean deactivated;

	/**
	 * Creates the server.
	 * @param context the application, or {@code null} if it runs elsewhere
	 * @param baseUrl tells the URL of the server, or {@code null} for the handlers of the
	 * context. It is asked for each subscription, as the server may start later
	 */
	ServerUnderTest(@Nullable ApplicationContext context, Supplier<@Nullable String> baseUrl) {
		this.context = context;
		this.baseUrl = baseUrl;
	}

	Network network(TesterSettings settings) {
		@Nullable String url = this.baseUrl.get();
		return (url != null) ? Network.toServer(url, path(settings), settings) : inProcess(settings);
	}

	private Network inProcess(TesterSettings settings) {
		ApplicationContext context = context("serve clients without a URL");
		WebHttpHandlerBuilder builder = WebHttpHandlerBuilder.applicationContext(context);
		context.getBeanProvider(MockServerConfigurer.class)
			.orderedStream()
			.forEach((configurer) -> configurer.beforeServerCreated(builder));
		TestUser.logIn(settings.user(), builder, context);
		settings.configurers().forEach((configurer) -> configurer.beforeServerCreated(builder));
		return Network.inProcess(context, builder, path(settings), settings);
	}

	private String path(TesterSettings settings) {
		@Nullable String path = settings.path();
		if (path != null) {
			return path;
		}
		String served = (this.context != null) ? this.context.getEnvironment().getProperty("comet.path", DEFAULT_PATH)
				: DEFAULT_PATH;
		// Any path that the application does not handle would do.
		return served.equals(CometHandlerMapping.EVERYWHERE) ? DEFAULT_PATH : served;
	}

	/**
	 * Reads and writes values as the application does.
	 */
	JsonMapper jsonMapper() {
		return (this.context != null) ? this.context.getBeanProvider(JsonMapper.class).getIfUnique(JsonMapper::shared)
				: JsonMapper.shared();
	}

	void opened(TestSubscription subscription) {
		this.subscriptions.add(subscription);
	}

	void closed(TestSubscription subscription) {
		this.subscriptions.remove(subscription);
	}

	void end(String channel, Duration timeout) {
		if (!Boolean.TRUE.equals(context("end channels").getBean(ChannelBroker.class).close(channel).block(timeout))) {
			throw noChannel("end", channel);
		}
	}

	void loseMessages(String channel) {
		ChannelBroker broker = context("make a gap").getBean(ChannelBroker.class);
		if (!(broker instanceof InMemoryChannelBroker memory)) {
			throw new IllegalStateException("Cannot make a gap on '%s': the channels are not in memory but in %s"
				.formatted(channel, broker.getClass().getSimpleName()));
		}
		if (!memory.loseMessages(channel)) {
			throw noChannel("make a gap on", channel);
		}
	}

	private static IllegalArgumentException noChannel(String order, String channel) {
		return new IllegalArgumentException("Cannot %s '%s': there is no such channel".formatted(order, channel));
	}

	void deactivate(Duration timeout) {
		run(control("deactivate Comet").deactivate(), timeout);
		this.deactivated = true;
	}

	void activate(Duration timeout) {
		run(control("activate Comet").activate(), timeout);
		this.deactivated = false;
	}

	private CometControl control(String order) {
		return context(order).getBean(CometControl.class);
	}

	private static void run(Mono<Void> order, Duration timeout) {
		order.block(timeout);
	}

	private ApplicationContext context(String order) {
		if (this.context == null) {
			throw new IllegalStateException("Cannot " + order + ": the tester is bound to a URL alone");
		}
		return this.context;
	}

	/**
	 * Closes all subscriptions, and takes an order to deactivate back.
	 */
	void reset(Duration timeout) {
		this.subscriptions.forEach(TestSubscription::close);
		if (this.deactivated) {
			activate(timeout);
		}
	}

}
