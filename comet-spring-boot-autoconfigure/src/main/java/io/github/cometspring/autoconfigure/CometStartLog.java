package io.github.cometspring.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.web.KeptLogins;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Logs one line when the application has started: the path, the transports, the limits,
 * the path that answers take, and the broker.
 */
final class CometStartLog implements ApplicationListener<ContextRefreshedEvent> {

	private static final Log logger = LogFactory.getLog(CometStartLog.class);

	private final ApplicationContext context;

	private final CometSettings settings;

	private final ChannelBroker broker;

	private final @Nullable FastPathEligibility fastPath;

	/**
	 * Creates the log.
	 * @param context the context of the application
	 * @param settings the settings
	 * @param broker stores the channels
	 * @param fastPath decides whether polls take the fast path, or {@code null} if there
	 * is none
	 */
	CometStartLog(ApplicationContext context, CometSettings settings, ChannelBroker broker,
			@Nullable FastPathEligibility fastPath) {
		this.context = context;
		this.settings = settings;
		this.broker = broker;
		this.fastPath = fastPath;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		// The server of the actuator may have a context of its own.
		if (event.getApplicationContext() == this.context) {
			logger.info(describe());
		}
	}

	/**
	 * The line.
	 */
	String describe() {
		return "Comet serves '%s' (%s); limits: %s; %s; channels are in %s".formatted(this.settings.path(),
				transports(), limits(), path(), this.broker.getClass().getSimpleName());
	}

	private String transports() {
		return Stream.of(Transport.values())
			.filter(this.settings.transports()::contains)
			.map(Transport::id)
			.collect(Collectors.joining(", "));
	}

	private String limits() {
		SubscriptionLimits limits = this.settings.limits();
		List<String> all = List.of(limit(limits.maxConnections(), "connections"),
				limit(limits.maxPerAddress(), "connections per address"),
				limit(limits.maxPerUser(), "connections per user"),
				limit(this.settings.maxVirtualChannels(), "channels"),
				limit(limits.maxChannels(), "channels per request"));
		return all.stream().filter((limit) -> !limit.isEmpty()).collect(Collectors.joining(", "));
	}

	private static String limit(@Nullable Integer limit, String of) {
		return (limit != null) ? limit + " " + of : "";
	}

	private String path() {
		String obstacle = this.settings.fastPath()
				? ((this.fastPath != null) ? this.fastPath.obstacle() : "the web server") : "comet.fast-path=false";
		if (obstacle == null) {
			return "answers take the fast path";
		}
		boolean detaching = this.fastPath != null && this.fastPath.isDetaching();
		return "answers take the default path because of " + obstacle
				+ (detaching ? "; clients that wait let go of their exchange" + keptLogins() : "");
	}

	private String keptLogins() {
		KeptLogins logins = this.context.getBeanProvider(KeptLogins.class).getIfUnique(() -> KeptLogins.NONE);
		return (logins != KeptLogins.NONE)
				? "; log-ins of polls are kept for %s s".formatted(this.settings.loginMaxAge().toMillis() / 1000.0)
				: "";
	}

}
