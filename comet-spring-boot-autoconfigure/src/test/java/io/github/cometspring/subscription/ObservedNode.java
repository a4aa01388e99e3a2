package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.security.ChannelAuthorizer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/**
 * A node, in virtual time, whose events a listener records. A channel of it keeps two
 * messages.
 */
final class ObservedNode {

	final TestNode node = TestNode.with().history(2).node();

	private final RecordingListener listener = new RecordingListener();

	private Subscriptions subscriptions = subscriptions(null, TestNode.LIMITS, this.listener);

	private Subscriptions subscriptions(@Nullable ChannelAuthorizer authorizer, SubscriptionLimits limits,
			SubscriptionListener... listeners) {
		return new Subscriptions(this.node.broker, this.node.control,
				(authorizer != null) ? new Authorization(authorizer, TestNode.AUTHORIZATION_TIMEOUT) : null, limits,
				List.of(listeners));
	}

	/** Lets an authorizer decide about all clients that come from now on. */
	void authorize(ChannelAuthorizer authorizer) {
		this.subscriptions = subscriptions(authorizer, TestNode.LIMITS, this.listener);
	}

	/** Limits the clients that come from now on. */
	void limit(SubscriptionLimits limits) {
		this.subscriptions = subscriptions(null, limits, this.listener);
	}

	/** Lets another listener receive the events as well, and first. */
	void listen(SubscriptionListener first) {
		this.subscriptions = subscriptions(null, TestNode.LIMITS, first, this.listener);
	}

	/** The subscriptions of the clients that come from now on. */
	Subscriptions subscriptions() {
		return this.subscriptions;
	}

	/** What happened to the clients of a transport, in order, each as words. */
	List<String> events(Transport transport) {
		return this.listener.events.stream()
			.filter((event) -> event.startsWith(transport.id() + " "))
			.map((event) -> event.substring(transport.id().length() + 1))
			.toList();
	}

	/** Runs what is to be done now. */
	void run() {
		this.node.time.advanceTime();
	}

	Client connect(Transport transport, Cursor cursor, String... channels) {
		return connect(transport, new Client(Batch::written, false), cursor, channels);
	}

	/**
	 * Connects a client that disconnects after a failed write.
	 */
	Client connect(Transport transport, Consumer<Batch> written, Cursor cursor, String... channels) {
		return connect(transport, new Client(written, true), cursor, channels);
	}

	private Client connect(Transport transport, Client client, Cursor cursor, String... channels) {
		SubscriptionRequest request = SubscriptionRequest.of(List.of(channels), cursor, null, Mono.empty());
		this.subscriptions.open(dialect(transport), this.node.loop, Mono.just(request)).subscribe(client);
		run();
		return client;
	}

	static Dialect dialect(Transport transport) {
		return new Dialect(transport, (message) -> 1);
	}

	/**
	 * A client that requests the next batch when it has written one.
	 */
	static final class Client extends BaseSubscriber<Batch> {

		final List<Batch> batches = new ArrayList<>();

		private final Consumer<Batch> written;

		private final boolean leaving;

		/**
		 * Creates a client.
		 * @param written reports the result of a batch
		 * @param leaving whether the client disconnects after that
		 */
		private Client(Consumer<Batch> written, boolean leaving) {
			this.written = written;
			this.leaving = leaving;
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			request(1);
		}

		@Override
		protected void hookOnNext(Batch batch) {
			this.batches.add(batch);
			if (batch.segments().isEmpty()) {
				// The first batch, or a heartbeat
				request(1);
				return;
			}
			this.written.accept(batch);
			if (this.leaving) {
				cancel();
			}
			request(1);
		}

		@Override
		protected void hookOnError(Throwable error) {
			// As the listener is called
		}

	}

}
