package io.github.cometspring.actuate;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.ReflectionException;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Commands over JMX.
 */
class CometEndpointJmxIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static final MBeanServer MBEANS = ManagementFactory.getPlatformMBeanServer();

	private static final String DOMAIN = "comet-" + UUID.randomUUID();

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start("spring.jmx.enabled=true", "spring.jmx.default-domain=" + DOMAIN,
				"management.endpoints.jmx.exposure.include=*");
	}

	@AfterAll
	static void stop() throws JMException {
		server.close();
		assertThat(MBEANS.queryNames(new ObjectName(DOMAIN + ":*"), null)).isEmpty();
	}

	@BeforeEach
	void reset() {
		server.control().activate().then(server.control().setTimeout(Duration.ofSeconds(20))).block();
	}

	@Test
	void stateShouldHaveItsKeys() throws JMException {
		Object state = MBEANS.invoke(endpoint("Comet"), "state", new Object[0], new String[0]);
		assertThat(state).asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
			.containsOnlyKeys("active", "timeout", "channels", "connections", "history")
			.containsEntry("active", true)
			.containsEntry("timeout", "PT20S")
			.containsEntry("connections", Map.of("json", 0, "legacy", 0, "sse", 0, "websocket", 0));
	}

	@Test
	void deactivateShouldDeactivate() throws JMException {
		assertThat(execute("deactivate", null, null)).containsEntry("active", false);
		assertThat(server.control().isActive()).isFalse();
		assertThat(execute("activate", null, null)).containsEntry("active", true);
		assertThat(server.control().isActive()).isTrue();
	}

	@Test
	void commandShouldBeLogged() throws JMException {
		execute("set_timeout", "PT7S", false);
		assertThat(log.ownMessages())
			.contains("INFO io.github.cometspring.actuate.CometOperations: Command set_timeout PT7S given by JMX");
	}

	@Test
	void setTimeoutShouldSetTimeout() throws JMException {
		assertThat(execute("set_timeout", "PT30S", true)).containsEntry("timeout", "PT30S");
		assertThat(execute("set_timeout", "0.5", null)).containsEntry("timeout", "PT0.5S");
		assertThat(server.control().timeout()).isEqualTo(Duration.ofMillis(500));
	}

	@ParameterizedTest
	@CsvSource({ "set_timeout,nan", "set_timeout,-1", "set_timeout,", "stop,", "DEACTIVATE," })
	void executeWhenInvalidShouldFail(String command, @Nullable String timeout) {
		assertThatThrownBy(() -> execute(command, timeout, null)).isInstanceOf(ReflectionException.class)
			.hasCauseInstanceOf(IllegalArgumentException.class);
		assertThat(server.control().isActive()).isTrue();
		assertThat(server.control().timeout()).isEqualTo(Duration.ofSeconds(20));
	}

	@Test
	void channelsShouldListShowAndEnd() throws JMException {
		server.create("jmx/a");
		ObjectName endpoint = endpoint("Cometchannels");
		assertThat(MBEANS.invoke(endpoint, "channels", new Object[] { "jmx/", null, null },
				new String[] { String.class.getName(), Integer.class.getName(), Integer.class.getName() }))
			.asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
			.containsEntry("total", 1L);
		String[] signature = { String[].class.getName() };
		assertThat(MBEANS.invoke(endpoint, "channel", new Object[] { new String[] { "jmx", "a" } }, signature))
			.asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
			.containsEntry("id", "jmx/a");
		MBEANS.invoke(endpoint, "close", new Object[] { new String[] { "jmx", "a" } }, signature);
		assertThat(server.channels().find("jmx/a").blockOptional()).isEmpty();
	}

	private static Map<String, Object> execute(String command, @Nullable String timeout, @Nullable Boolean kill)
			throws JMException {
		@SuppressWarnings("unchecked")
		Map<String, Object> state = (Map<String, Object>) MBEANS.invoke(endpoint("Comet"), "execute",
				new Object[] { command, timeout, kill },
				new String[] { String.class.getName(), String.class.getName(), Boolean.class.getName() });
		return state;
	}

	private static ObjectName endpoint(String name) throws JMException {
		return new ObjectName(DOMAIN + ":type=Endpoint,name=" + name);
	}

}
