package io.github.cometspring.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server for all tests of a class, and a channel for each. After each test, the
 * connections that it opened are closed, and no client may remain; after all tests the
 * log must be quiet.
 */
public final class ServedClass implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private QuietLog log = new QuietLog();

	private List<String> exempt = List.of();

	private final Class<?>[] configuration;

	private final String[] properties;

	private final List<AutoCloseable> open = new ArrayList<>();

	private @Nullable CometServer server;

	private @Nullable Channel channel;

	/**
	 * Creates the extension.
	 * @param properties lines {@code name=value}
	 */
	public ServedClass(String... properties) {
		this(new Class<?>[0], properties);
	}

	/**
	 * Creates the extension.
	 * @param configuration configuration classes of the application
	 * @param properties lines {@code name=value}
	 */
	public ServedClass(Class<?>[] configuration, String... properties) {
		this.configuration = configuration;
		this.properties = properties;
	}

	/**
	 * Exempts loggers from being quiet.
	 * @param loggers the names of loggers that may complain
	 * @return this
	 */
	public ServedClass exempting(String... loggers) {
		this.log = new QuietLog(loggers);
		this.exempt = List.of(loggers);
		return this;
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		this.log.beforeAll(context);
		this.server = CometServer.start(this.configuration, this.properties);
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		this.channel = server().create(context.getRequiredTestMethod().getName() + "-" + System.nanoTime());
	}

	@Override
	public void afterEach(ExtensionContext context) throws Exception {
		for (AutoCloseable closeable : this.open) {
			closeable.close();
		}
		this.open.clear();
		for (Transport transport : Transport.values()) {
			Await.until(() -> server().connections(transport) == 0);
		}
		Await.until(() -> channel().subscribers() == 0);
	}

	@Override
	public void afterAll(ExtensionContext context) {
		server().close();
		assertThat(this.log.ownMessages())
			.filteredOn((message) -> this.exempt.stream().noneMatch((logger) -> message.contains(" " + logger + ": ")))
			.isEmpty();
		this.log.afterAll(context);
	}

	public CometServer server() {
		return Objects.requireNonNull(this.server);
	}

	public int port() {
		return server().port();
	}

	/**
	 * The channel of the test that runs.
	 * @return the channel
	 */
	public Channel channel() {
		return Objects.requireNonNull(this.channel);
	}

	public String name() {
		return channel().id();
	}

	/**
	 * Closes something when the test is done.
	 * @param <T> its type
	 * @param closeable what is to be closed
	 * @return the same
	 */
	public <T extends AutoCloseable> T open(T closeable) {
		this.open.add(closeable);
		return closeable;
	}

	/**
	 * Opens a connection to the server.
	 * @return the connection
	 */
	public RawConnection connect() {
		return open(RawConnection.open(port()));
	}

	/**
	 * Publishes on the channel of the test.
	 * @param data the messages
	 */
	public void publish(String... data) {
		for (String text : data) {
			channel().publish(text).block(PATIENCE);
		}
	}

	/**
	 * The cursor of the channel of the test.
	 * @return the token
	 */
	public String cursor() {
		return Objects.requireNonNull(channel().cursor().block(PATIENCE)).token();
	}

	/**
	 * The epoch of the channel of the test.
	 * @return the epoch
	 */
	public long epoch() {
		return Objects.requireNonNull(server().bean(ChannelBroker.class).summary(name()).block(PATIENCE))
			.newest()
			.epoch();
	}

}
