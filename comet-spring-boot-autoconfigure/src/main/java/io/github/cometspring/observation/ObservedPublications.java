package io.github.cometspring.observation;

import io.github.cometspring.channel.PublicationObserver;
import io.github.cometspring.channel.RateLimitedLog;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.util.Loggers;
import reactor.util.context.ContextView;

/**
 * Observes each publication as {@code comet.publish} and each walk as
 * {@code comet.deliver}, its child.
 * <p>
 * The parent of a publication is the observation in the Reactor context, where WebFlux
 * puts that of the request, or else the current one of the thread. A walk finds its
 * publication by the thread: a broker in memory emits a message while it appends it. With
 * a broker that emits later, on another thread, the trace ends with the publication.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class ObservedPublications implements PublicationObserver {

	/**
	 * The key of the current observation in a Reactor context. It is the one of
	 * Micrometer's {@code ObservationThreadLocalAccessor}, a class that needs a library
	 * which may be absent.
	 */
	private static final String CURRENT = "micrometer.observation";

	private static final PublishObservationConvention PUBLISH = new DefaultPublishObservationConvention();

	private static final DeliverObservationConvention DELIVER = new DefaultDeliverObservationConvention();

	/**
	 * The publication that a thread is subscribing to.
	 */
	private static final ThreadLocal<@Nullable Observation> PUBLISHING = new ThreadLocal<>();

	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(ObservedPublications.class),
			System::nanoTime);

	private final ObservationRegistry registry;

	private final @Nullable PublishObservationConvention publishConvention;

	private final @Nullable DeliverObservationConvention deliverConvention;

	/**
	 * Creates the observer.
	 * @param registry has the handlers of observations
	 * @param publishConvention names publications, or {@code null} for the default
	 * @param deliverConvention names walks, or {@code null} for the default
	 */
	public ObservedPublications(ObservationRegistry registry, @Nullable PublishObservationConvention publishConvention,
			@Nullable DeliverObservationConvention deliverConvention) {
		this.registry = registry;
		this.publishConvention = publishConvention;
		this.deliverConvention = deliverConvention;
	}

	@Override
	public <T> Mono<T> publish(String channel, Operation operation, Mono<T> publication) {
		if (this.registry.isNoop()) {
			return publication;
		}
		// Stopped before the result is passed on: what the caller does then is not part
		// of the publication.
		return Mono.deferContextual((context) -> Mono.using(() -> begin(channel, operation, context),
				(observation) -> observed(publication, observation), this::stop));
	}

	/**
	 * Stops an observation. An error of a handler must not hide that the message is
	 * published.
	 */
	private void stop(Observation observation) {
		try {
			observation.stop();
		}
		catch (Throwable ex) {
			this.log.error("A publication could not be observed", ex);
		}
	}

	private Observation begin(String channel, Operation operation, ContextView context) {
		try {
			return start(channel, operation, context);
		}
		// Also errors: the message must be published.
		catch (Throwable ex) {
			this.log.error("A publication could not be observed", ex);
			return Observation.NOOP;
		}
	}

	private Observation start(String channel, Operation operation, ContextView context) {
		Observation observation = CometObservationDocumentation.PUBLISH.observation(this.publishConvention, PUBLISH,
				() -> new PublishObservationContext(channel, operation), this.registry);
		if (context.hasKey(CURRENT)) {
			observation.parentObservation(context.get(CURRENT));
		}
		return observation.start();
	}

	private <T> Mono<T> observed(Mono<T> publication, Observation observation) {
		// By a predicate of the application
		if (observation.isNoop()) {
			return publication;
		}
		return new Mono<T>() {

			@Override
			public void subscribe(CoreSubscriber<? super T> subscriber) {
				subscribeInside(publication, subscriber, observation);
			}

		}.doOnError(observation::error).contextWrite((context) -> context.put(CURRENT, observation));
	}

	private <T> void subscribeInside(Mono<T> publication, CoreSubscriber<? super T> subscriber,
			Observation observation) {
		Observation outer = PUBLISHING.get();
		PUBLISHING.set(observation);
		try {
			publication.subscribe(subscriber);
		}
		finally {
			if (outer != null) {
				PUBLISHING.set(outer);
			}
			else {
				PUBLISHING.remove();
			}
		}
	}

	@Override
	public @Nullable Walk deliver(String channel) {
		Observation publication = PUBLISHING.get();
		return (publication != null) ? new ObservedWalk(channel, publication) : null;
	}

	/**
	 * A walk, which is observed from its beginning.
	 */
	private final class ObservedWalk implements Walk {

		private final String channel;

		private final Observation publication;

		private Observation observation = Observation.NOOP;

		private ObservedWalk(String channel, Observation publication) {
			this.channel = channel;
			this.publication = publication;
		}

		@Override
		public void begin(int clients) {
			this.observation = CometObservationDocumentation.DELIVER
				.observation(ObservedPublications.this.deliverConvention, DELIVER,
						() -> new DeliverObservationContext(this.channel, clients), ObservedPublications.this.registry)
				.parentObservation(this.publication)
				.start();
		}

		@Override
		public void end() {
			this.observation.stop();
		}

	}

}
