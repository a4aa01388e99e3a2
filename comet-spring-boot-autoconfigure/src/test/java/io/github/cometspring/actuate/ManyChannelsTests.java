package io.github.cometspring.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.cometspring.channel.BrokerState;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests of operators must not visit every channel on the event loops of clients.
 */
class ManyChannelsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final ObservedBroker broker = new ObservedBroker();

	@BeforeEach
	void createChannels() {
		for (String id : new String[] { "b", "c", "a" }) {
			this.broker.create(id, ChannelSettings.DEFAULT)
				.flatMap((log) -> log.append("1").then(log.append("2")))
				.block(PATIENCE);
		}
	}

	@AfterEach
	void dispose() {
		this.broker.channels.dispose();
	}

	@Test
	void stateShouldCountRetainedMessagesWithoutVisitingEachChannel() {
		CometControl control = new CometControl(PATIENCE);
		Subscriptions subscriptions = new Subscriptions(this.broker, control, null,
				new SubscriptionLimits(null, 100, 1000, PATIENCE));
		CometState state = new CometOperations(control, this.broker, subscriptions).state().block(PATIENCE);
		assertThat(state).isNotNull()
			.satisfies((known) -> assertThat(known.history().messages()).isEqualTo(6))
			.satisfies((known) -> assertThat(known.channels().count()).isEqualTo(3));
		assertThat(this.broker.lists).hasValue(0);
		subscriptions.dispose();
	}

	@Test
	void channelsShouldNotBeSortedByTheCallersThread() {
		CometChannelsEndpoint.ChannelPage page = new CometChannelsEndpoint(this.broker).channels(null, null, null)
			.block(PATIENCE);
		assertThat(page).isNotNull()
			.satisfies((shown) -> assertThat(shown.channels()).extracting(CometChannelsEndpoint.ChannelDetails::id)
				.containsExactly("a", "b", "c"));
		assertThat(this.broker.listedBy.get()).isNotNull().isNotEqualTo(Thread.currentThread());
	}

	/**
	 * Records which thread visits all channels.
	 */
	private static final class ObservedBroker implements ChannelBroker {

		private final InMemoryChannelBroker channels = new InMemoryChannelBroker(null, Schedulers.parallel());

		private final AtomicInteger lists = new AtomicInteger();

		private final AtomicReference<@Nullable Thread> listedBy = new AtomicReference<>();

		@Override
		public Flux<ChannelLog> list() {
			return this.channels.list().doOnSubscribe((subscription) -> {
				this.lists.incrementAndGet();
				this.listedBy.set(Thread.currentThread());
			});
		}

		@Override
		public Mono<ChannelLog> create(String id, ChannelSettings settings) {
			return this.channels.create(id, settings);
		}

		@Override
		public Mono<ChannelLog> obtain(String id, ChannelSettings settings) {
			return this.channels.obtain(id, settings);
		}

		@Override
		public Mono<ChannelLog> find(String id) {
			return this.channels.find(id);
		}

		@Override
		public Mono<Map<String, ChannelLog>> findAll(Map<String, Cursor> starts) {
			return this.channels.findAll(starts);
		}

		@Override
		public Mono<BrokerState> state() {
			return this.channels.state();
		}

	}

}
