package io.github.cometspring.observation;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelDefaults;
import io.github.cometspring.channel.ChannelGrants;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.PublicationObserver;
import io.github.cometspring.channel.PublicationObserver.Operation;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;

class ObservedPublicationsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final TestObservationRegistry registry = TestObservationRegistry.create();

	private final RecordedObservations recorded = new RecordedObservations();

	private final ObservedPublications observer = new ObservedPublications(this.registry, null, null);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);

	ObservedPublicationsTests() {
		this.registry.observationConfig().observationHandler(this.recorded);
	}

	@Test
	void publishShouldHaveKeyValues() {
		channel("a", this.observer).publish("1").block(PATIENCE);
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasNumberOfObservationsEqualTo(1)
			.hasObservationWithNameEqualTo("comet.publish")
			.that()
			.hasBeenStarted()
			.hasBeenStopped()
			.hasLowCardinalityKeyValue("comet.operation", "publish")
			.hasLowCardinalityKeyValue("exception", "none")
			.hasHighCardinalityKeyValue("comet.channel", "a")
			.doesNotHaveLowCardinalityKeyValueWithKey("comet.channel")
			.doesNotHaveParentObservation();
	}

	@Test
	void deliverShouldBeObservedUntilReceiptsAreThere() {
		channel("a", this.observer).deliver("1").block(PATIENCE);
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasObservationWithNameEqualTo("comet.publish")
			.that()
			.hasBeenStopped()
			.hasLowCardinalityKeyValue("comet.operation", "deliver");
	}

	@Test
	void publishWhenItFailsShouldHaveError() {
		Channel channel = channel("a", this.observer);
		channel.close().block(PATIENCE);
		StepVerifier.create(channel.publish("1")).expectError(ChannelClosedException.class).verify(PATIENCE);
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasObservationWithNameEqualTo("comet.publish")
			.that()
			.hasBeenStopped()
			.hasLowCardinalityKeyValue("exception", "ChannelClosedException")
			.thenError()
			.isInstanceOf(ChannelClosedException.class);
	}

	@Test
	void publishWhenItIsCancelledShouldStop() {
		Sinks.One<String> never = Sinks.one();
		this.observer.publish("a", Operation.PUBLISH, never.asMono()).subscribe().dispose();
		assertThat(this.recorded.names()).containsExactly("comet.publish");
	}

	@Test
	void publishShouldBeChildOfObservationInReactorContext() {
		Observation request = Observation.start("request", this.registry);
		Observation other = Observation.start("other", this.registry);
		Mono<?> publication = channel("a", this.observer).publish("1")
			.contextWrite(Context.of("micrometer.observation", request));
		other.scoped(() -> publication.block(PATIENCE));
		assertThat(this.recorded.names()).containsExactly("comet.publish < request");
	}

	@Test
	void publishWithoutReactorContextShouldBeChildOfCurrentObservation() {
		Observation job = Observation.start("job", this.registry);
		Mono<?> publication = channel("a", this.observer).publish("1");
		job.scoped(() -> publication.block(PATIENCE));
		assertThat(this.recorded.names()).containsExactly("comet.publish < job");
	}

	@Test
	void publishShouldNotIncludeWhatFollows() {
		Channel first = channel("a", this.observer);
		Channel second = channel("b", this.observer);
		Observation request = Observation.start("request", this.registry);
		first.publish("1")
			.doOnNext((position) -> assertThat(this.recorded.names()).hasSize(1))
			.then(second.publish("2"))
			.contextWrite(Context.of("micrometer.observation", request))
			.block(PATIENCE);
		assertThat(this.recorded.names()).containsExactly("comet.publish < request", "comet.publish < request");
	}

	@Test
	void walkShouldBeChildOfPublication() {
		Channel channel = channel("a", this.observer);
		ChannelLog log = this.broker.find("a").block(PATIENCE);
		PublicationObserver.Walk[] walk = new PublicationObserver.Walk[1];
		log.live().subscribe((publication) -> walk[0] = this.observer.deliver("a"));
		channel.publish("1").block(PATIENCE);
		walk[0].begin(7);
		walk[0].end();
		assertThat(this.recorded.names()).containsExactly("comet.publish", "comet.deliver < comet.publish");
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasObservationWithNameEqualTo("comet.deliver")
			.that()
			.hasBeenStarted()
			.hasBeenStopped()
			.hasHighCardinalityKeyValue("comet.channel", "a")
			.hasHighCardinalityKeyValue("comet.clients", "7");
	}

	@Test
	void walkWhenBrokerEmitsLaterShouldNotBeObserved() {
		Mono<String> publication = Mono.just("1").publishOn(Schedulers.single());
		assertThat(this.observer
			.publish("a", Operation.PUBLISH, publication.doOnNext((text) -> assertThat(observed()).isFalse()))
			.block(PATIENCE)).isEqualTo("1");
		assertThat(observed()).isFalse();
	}

	@Test
	void walkAfterNestedPublicationShouldBelongToTheOuterOne() {
		Mono<Boolean> nested = this.observer.publish("b", Operation.PUBLISH, Mono.fromCallable(this::observed));
		Mono<Boolean> outer = Mono.fromCallable(() -> nested.subscribe() != null && observed());
		assertThat(this.observer.publish("a", Operation.PUBLISH, outer).block(PATIENCE)).isTrue();
		assertThat(observed()).isFalse();
	}

	private boolean observed() {
		return this.observer.deliver("a") != null;
	}

	@Test
	void publishWhenRegistryIsNoopShouldBeTheSame() {
		Mono<String> publication = Mono.just("1");
		assertThat(new ObservedPublications(ObservationRegistry.NOOP, null, null).publish("a", Operation.PUBLISH,
				publication))
			.isSameAs(publication);
		assertThat(PublicationObserver.NONE.publish("a", Operation.PUBLISH, publication)).isSameAs(publication);
	}

	@Test
	void publishWhenPredicateForbidsShouldNotBeObserved() {
		this.registry.observationConfig().observationPredicate((name, context) -> !name.startsWith("comet."));
		boolean[] observed = new boolean[1];
		this.observer.publish("a", Operation.PUBLISH, Mono.fromRunnable(() -> observed[0] = observed()))
			.block(PATIENCE);
		assertThat(observed[0]).isFalse();
		assertThat(this.recorded.names()).isEmpty();
	}

	@Test
	void conventionsOfApplicationShouldReplaceDefaults() {
		ObservedPublications named = new ObservedPublications(this.registry, new DefaultPublishObservationConvention() {

			@Override
			public KeyValues getHighCardinalityKeyValues(PublishObservationContext context) {
				return KeyValues.empty();
			}

		}, new DefaultDeliverObservationConvention() {

			@Override
			public KeyValues getLowCardinalityKeyValues(DeliverObservationContext context) {
				return KeyValues.of(KeyValue.of("crowd", String.valueOf(context.getClients() > 1)));
			}

		});
		named.publish("a", Operation.PUBLISH, Mono.fromRunnable(() -> walk(named.deliver("a")))).block(PATIENCE);
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasObservationWithNameEqualTo("comet.deliver")
			.that()
			.hasLowCardinalityKeyValue("crowd", "true");
		assertThat(this.recorded.named("comet.publish").get(0).getHighCardinalityKeyValues()).isEmpty();
	}

	private static void walk(PublicationObserver.@Nullable Walk walk) {
		walk.begin(2);
		walk.end();
	}

	private Channel channel(String id, PublicationObserver observer) {
		return new DefaultChannels(this.broker, ChannelDefaults.of(ChannelSettings.DEFAULT), 1000, this.time,
				ChannelGrants.NONE, observer)
			.create(id)
			.block(PATIENCE);
	}

}
