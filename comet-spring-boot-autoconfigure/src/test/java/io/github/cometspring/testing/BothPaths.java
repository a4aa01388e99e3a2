package io.github.cometspring.testing;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Two servers for all tests of a class, which differ in nothing but
 * {@code comet.fast-path}. Each starts when it is first asked for. After all tests the
 * log must be quiet.
 */
public final class BothPaths implements BeforeAllCallback, AfterAllCallback {

	private final Map<Boolean, CometServer> servers = new ConcurrentHashMap<>();

	private final Class<?>[] configuration;

	private final String[] properties;

	private QuietLog log = new QuietLog();

	/**
	 * Creates the extension.
	 * @param properties lines {@code name=value}
	 */
	public BothPaths(String... properties) {
		this(new Class<?>[0], properties);
	}

	/**
	 * Creates the extension.
	 * @param configuration configuration classes of the application
	 * @param properties lines {@code name=value}
	 */
	public BothPaths(Class<?>[] configuration, String... properties) {
		this.configuration = configuration;
		this.properties = properties;
	}

	/**
	 * Exempts loggers from being quiet.
	 * @param loggers the names of loggers that may complain
	 * @return this
	 */
	public BothPaths exempting(String... loggers) {
		this.log = new QuietLog(loggers);
		return this;
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		this.log.beforeAll(context);
	}

	@Override
	public void afterAll(ExtensionContext context) {
		this.servers.values().forEach(CometServer::close);
		this.log.afterAll(context);
	}

	/**
	 * One of the servers.
	 * @param fastPath whether its requests take the fast path
	 * @return the server
	 */
	public CometServer server(boolean fastPath) {
		return this.servers.computeIfAbsent(fastPath, this::start);
	}

	private CometServer start(boolean fastPath) {
		Stream<String> path = Stream.of("comet.fast-path=" + fastPath);
		return CometServer.start(this.configuration,
				Stream.concat(path, Stream.of(this.properties)).toArray(String[]::new));
	}

	/**
	 * The servers that have started.
	 * @return the servers
	 */
	public Stream<CometServer> servers() {
		return this.servers.values().stream();
	}

}
