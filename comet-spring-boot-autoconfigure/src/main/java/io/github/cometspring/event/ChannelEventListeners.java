package io.github.cometspring.event;

import java.util.List;
import java.util.stream.Stream;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Finds out whether an application listens to {@link ChannelEvent}s. A listener to all
 * events does not count. This is done once, when the application starts.
 */
final class ChannelEventListeners {

	private static final List<ResolvableType> EVENTS = List.of(ResolvableType.forClass(ChannelCreatedEvent.class),
			ResolvableType.forClass(ChannelOccupiedEvent.class), ResolvableType.forClass(ChannelVacantEvent.class),
			ResolvableType.forClass(ChannelEndedEvent.class));

	private static final ResolvableType OTHER = ResolvableType.forClass(OtherEvent.class);

	private static final List<ResolvableType> LISTENERS = Stream
		.concat(Stream.of(ResolvableType.forClass(ChannelEvent.class)), EVENTS.stream())
		.map(ChannelEventListeners::listenerTo)
		.toList();

	private static final ResolvableType LISTENER_TO_OTHER = listenerTo(OTHER);

	private ChannelEventListeners() {
	}

	/**
	 * Whether there is a listener.
	 * @param context the context to which the events are published, and which passes them
	 * to its parents
	 * @return {@code true} if this context or a parent has one
	 */
	static boolean exist(ApplicationContext context) {
		for (ApplicationContext next = context; next != null; next = next.getParent()) {
			if (hasListener(next) || hasListenerBean(next)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether there is one by now, such as for a method with {@code @EventListener}.
	 */
	private static boolean hasListener(ApplicationContext context) {
		return context instanceof AbstractApplicationContext known
				&& known.getApplicationListeners().stream().anyMatch(ChannelEventListeners::listens);
	}

	private static boolean listens(ApplicationListener<?> listener) {
		GenericApplicationListener typed = (listener instanceof GenericApplicationListener generic) ? generic
				: new GenericApplicationListenerAdapter(listener);
		return EVENTS.stream().anyMatch(typed::supportsEventType) && !typed.supportsEventType(OTHER);
	}

	/**
	 * Whether a bean is declared as one. A lazy bean is created by its first event, so it
	 * is not there yet; and the class of a lambda does not tell what it listens to, but
	 * the method that returns it does.
	 */
	private static boolean hasListenerBean(ApplicationContext context) {
		return Stream.of(context.getBeanNamesForType(ApplicationListener.class, true, false))
			.anyMatch((name) -> LISTENERS.stream().anyMatch((type) -> context.isTypeMatch(name, type))
					&& !context.isTypeMatch(name, LISTENER_TO_OTHER));
	}

	private static ResolvableType listenerTo(ResolvableType event) {
		return ResolvableType.forClassWithGenerics(ApplicationListener.class, event);
	}

	/**
	 * An event that only a listener to all events supports.
	 */
	private static final class OtherEvent extends ApplicationEvent {

		private static final long serialVersionUID = 1L;

		@SuppressWarnings("UnusedMethod") // only its type is used
		private OtherEvent(Object source) {
			super(source);
		}

	}

}
