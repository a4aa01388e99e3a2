package io.github.cometspring.failures;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Replay;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/**
 * Configuration of a broker whose channels break for clients, on demand, by their names.
 * The application still publishes on them.
 */
@Configuration(proxyBeanMethods = false)
class BrokenChannels {

	/** Its messages cannot be read. */
	static final String THROWS = "throws";

	/** Its messages cannot be read, with an error that Reactor does not catch. */
	static final String FATAL = "fatal";

	/** Its messages make each codec fail. */
	static final String UNENCODABLE = "unencodable";

	/** Clients cannot begin to listen, with an error that Reactor does not catch. */
	static final String UNHEARD = "unheard";

	/** The broker fails to look it up, with an error that Reactor does not catch. */
	static final String UNFOUND = "unfound";

	static final List<String> NAMES = List.of(THROWS, FATAL, UNENCODABLE, UNHEARD, UNFOUND);

	private static volatile boolean broken;

	static void setBroken(boolean value) {
		broken = value;
	}

	@Bean(destroyMethod = "dispose")
	InMemoryChannelBroker wholeBroker() {
		return new InMemoryChannelBroker(null, Schedulers.parallel());
	}

	@Bean
	@Primary
	ChannelBroker brokenBroker(InMemoryChannelBroker whole) {
		Map<ChannelLog, ChannelLog> logs = new ConcurrentHashMap<>();
		return proxy(ChannelBroker.class, (method, arguments) -> {
			Object result = invoke(whole, method, arguments);
			if (!method.getName().equals("findAll")) {
				return result;
			}
			if (broken && ((Map<?, ?>) arguments[0]).containsKey(UNFOUND)) {
				throw new NoClassDefFoundError("planned");
			}
			return Mono.fromCallable(() -> brokenLogs(whole, arguments[0], logs));
		});
	}

	@SuppressWarnings("unchecked")
	private static Map<String, ChannelLog> brokenLogs(InMemoryChannelBroker whole, Object starts,
			Map<ChannelLog, ChannelLog> logs) throws Exception {
		Map<String, ChannelLog> found = new HashMap<>(
				((Callable<Map<String, ChannelLog>>) whole.findAll((Map<String, Cursor>) starts)).call());
		found.replaceAll((id, log) -> NAMES.contains(id) ? logs.computeIfAbsent(log, BrokenChannels::breakable) : log);
		return found;
	}

	private static ChannelLog breakable(ChannelLog log) {
		return proxy(ChannelLog.class, (method, arguments) -> {
			Object result = invoke(log, method, arguments);
			if (broken && method.getName().equals("live") && log.id().equals(UNHEARD)) {
				throw new NoClassDefFoundError("planned");
			}
			return (broken && result instanceof Replay replay) ? broken(log, replay) : result;
		});
	}

	private static Replay broken(ChannelLog log, Replay replay) {
		return switch (log.id()) {
			case THROWS -> throw new IllegalStateException("planned");
			case FATAL -> throw new NoClassDefFoundError("planned");
			case UNENCODABLE -> new Replay(replay.messages().stream().map(BrokenChannels::broken).toList(),
					replay.gap(), replay.position());
			default -> replay;
		};
	}

	@SuppressWarnings({ "NullAway", "DataFlowIssue" }) // the fault
	private static Message broken(Message message) {
		return new Message(message.channel(), message.position(), null, message.format(), message.afterGap());
	}

	private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

	private static <T> T proxy(Class<T> type, Handler handler) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "equals" -> proxy == arguments[0];
					case "hashCode" -> System.identityHashCode(proxy);
					default -> handler.handle(method, arguments);
				}));
	}

	/**
	 * Handles the calls of a proxy.
	 */
	private interface Handler {

		Object handle(Method method, Object[] arguments) throws Throwable;

	}

}
