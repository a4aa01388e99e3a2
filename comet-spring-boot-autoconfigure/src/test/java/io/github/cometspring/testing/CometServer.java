package io.github.cometspring.testing;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.InMemoryWebSessionStore;
import org.springframework.web.server.session.WebSessionStore;

/**
 * A server of an application with nothing but the starter, on a random port by default.
 * In the run on two nodes it is two servers on a Redis: beans are those of the first, and
 * clients come to either. One class, as tests need not know on how many nodes they run.
 */
public final class CometServer implements AutoCloseable {

	/** Whether each server is two nodes, which is the case in one run of the tests. */
	public static final boolean RUNS_ON_TWO_NODES = TwoNodes.ARE_SET;

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final ConfigurableApplicationContext context;

	private final @Nullable TwoNodes nodes;

	private CometServer(ConfigurableApplicationContext context, @Nullable TwoNodes nodes) {
		this.context = context;
		this.nodes = nodes;
	}

	/**
	 * Starts a server.
	 * @param properties lines {@code name=value}
	 * @return the server, to be closed
	 */
	public static CometServer start(String... properties) {
		return start(new Class<?>[0], properties);
	}

	/**
	 * Starts a server with further configuration.
	 * @param configuration configuration classes of the application
	 * @param properties lines {@code name=value}
	 * @return the server, to be closed
	 */
	public static CometServer start(Class<?>[] configuration, String... properties) {
		return start(() -> new SpringApplication(Application.class), configuration, properties);
	}

	/**
	 * Starts a server whose context has a parent.
	 * @param parent configuration class of the parent
	 * @param properties lines {@code name=value}
	 * @return the server, to be closed
	 */
	public static CometServer startBelow(Class<?> parent, String... properties) {
		return start(() -> {
			SpringApplication application = new SpringApplication(Application.class);
			application.addInitializers((context) -> context.setParent(new AnnotationConfigApplicationContext(parent)));
			return application;
		}, new Class<?>[0], properties);
	}

	/**
	 * Starts a server of an application that also has Spring Security's starter.
	 * @param properties lines {@code name=value}
	 * @return the server, to be closed
	 */
	public static CometServer startSecured(String... properties) {
		return start(() -> new SpringApplication(SecuredApplication.class), new Class<?>[0], properties);
	}

	/**
	 * Starts a server that is two nodes on a Redis.
	 * @param properties lines {@code name=value}
	 * @return the server, to be closed
	 */
	public static CometServer startTwoNodes(String... properties) {
		return startTwoNodes(() -> new SpringApplication(Application.class), new Class<?>[0], properties);
	}

	/**
	 * Starts a server with further configuration that is two nodes on a Redis.
	 * @param configuration configuration classes of the application
	 * @param properties lines {@code name=value}
	 * @return the server, to be closed
	 */
	public static CometServer startTwoNodes(Class<?>[] configuration, String... properties) {
		return startTwoNodes(() -> new SpringApplication(Application.class), configuration, properties);
	}

	private static CometServer start(Supplier<SpringApplication> application, Class<?>[] configuration,
			String... properties) {
		if (TwoNodes.ARE_SET) {
			return startTwoNodes(application, configuration, properties);
		}
		CometServer server = new CometServer(run(application.get(), configuration, properties), null);
		QuietLog.attachAll();
		return server;
	}

	private static CometServer startTwoNodes(Supplier<SpringApplication> application, Class<?>[] configuration,
			String... properties) {
		WebSessionStore sessions = new InMemoryWebSessionStore();
		TwoNodes nodes = TwoNodes.start((each) -> {
			SpringApplication node = application.get();
			node.addInitializers(
					(context) -> context.getBeanFactory().addBeanPostProcessor(new SharedSessions(sessions)));
			return run(node, configuration, each);
		}, properties);
		QuietLog.attachAll();
		return new CometServer(nodes.first(), nodes);
	}

	private static ConfigurableApplicationContext run(SpringApplication application, Class<?>[] configuration,
			String... properties) {
		application.addPrimarySources(List.of(configuration));
		application.setWebApplicationType(WebApplicationType.REACTIVE);
		application.setRegisterShutdownHook(false);
		// The event loops have no tasks left that a quiet period would wait for
		application.setDefaultProperties(Map.of("server.port", "0", "spring.reactor.netty.shutdown-quiet-period", "0s",
				// Tests that close a server with clients are not to wait for them.
				"comet.shutdown.spread", "0s",
				// Spring Boot's own client is there in all tests, and a Redis in few.
				"management.health.redis.enabled", "false"));
		String[] arguments = Stream.concat(Stream.of("spring.main.banner-mode=off"), Stream.of(properties))
			.map((property) -> "--" + property)
			.toArray(String[]::new);
		return application.run(arguments);
	}

	/**
	 * The port of the application.
	 * @return the port, which is that of a proxy before two nodes
	 */
	public int port() {
		return (this.nodes != null) ? this.nodes.port() : Integer.parseInt(property("local.server.port"));
	}

	/**
	 * The port for the next request of a client that chooses it at each request.
	 * @param port the port of a server
	 * @return the port of the node whose turn it is, or the same one if it is one node
	 */
	public static int nextPort(int port) {
		return TwoNodes.next(port);
	}

	/**
	 * The port of the actuator, where it has its own.
	 * @return the port
	 */
	public int managementPort() {
		return Integer.parseInt(property("local.management.port"));
	}

	private String property(String name) {
		return this.context.getEnvironment().getRequiredProperty(name);
	}

	TwoNodes nodes() {
		return Objects.requireNonNull(this.nodes);
	}

	public ConfigurableApplicationContext context() {
		return this.context;
	}

	public Channels channels() {
		return (this.nodes != null) ? this.nodes.channels() : this.context.getBean(Channels.class);
	}

	public CometControl control() {
		settle();
		return this.context.getBean(CometControl.class);
	}

	public Channel create(String name) {
		Channel channel = channels().create(name).block(PATIENCE);
		if (channel == null) {
			throw new IllegalStateException("No channel");
		}
		return channel;
	}

	/**
	 * A bean of the application.
	 * @param <T> the type of the bean
	 * @param type the type of the bean
	 * @return the bean
	 */
	public <T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	/**
	 * The beans of a type, one a node.
	 * @param <T> the type of the bean
	 * @param type the type of the bean
	 * @return the beans
	 */
	public <T> List<T> beans(Class<T> type) {
		return (this.nodes != null) ? this.nodes.all(type) : List.of(bean(type));
	}

	public boolean hasTwoNodes() {
		return this.nodes != null;
	}

	/**
	 * Waits until all nodes have heard what has been published and commanded.
	 */
	public void settle() {
		if (this.nodes != null) {
			this.nodes.settle();
		}
	}

	/**
	 * How many clients are connected, wherever they are.
	 * @param transport the transport
	 * @return the number
	 */
	public int connections(Transport transport) {
		return beans(Subscriptions.class).stream().mapToInt((each) -> each.connections(transport)).sum();
	}

	/**
	 * Polls in the legacy dialect on a connection of its own.
	 * @param body the body, one byte a character
	 * @param headers further header lines
	 * @return the answer
	 */
	public RawConnection.Answer poll(String body, String... headers) {
		try (RawConnection client = RawConnection.open(port())) {
			return client.poll(body, headers).read();
		}
	}

	/**
	 * Sends a command to the actuator, as an operator on this machine does.
	 * @param path what follows {@code /actuator/comet}
	 * @return the answer
	 */
	public RawConnection.Answer command(String path) {
		try (RawConnection operator = RawConnection.open(port())) {
			return operator.send("POST /actuator/comet" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").read();
		}
	}

	@Override
	public void close() {
		if (this.nodes != null) {
			this.nodes.close();
		}
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(excludeName = {
			"org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration",
			"org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration",
			"org.springframework.boot.security.autoconfigure.actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration" })
	static class Application {

	}

	/**
	 * Keeps the sessions of both nodes, as an application of several nodes does.
	 *
	 * @param store where they are kept
	 */
	private record SharedSessions(WebSessionStore store) implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			if (bean instanceof DefaultWebSessionManager manager) {
				manager.setSessionStore(this.store);
			}
			return bean;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class SecuredApplication {

	}

}
