package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.ReadDecisions;
import io.github.cometspring.security.ReadRequest;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node, in virtual time, whose clients may read what a test says. It asks for their
 * rights again every 30 seconds. The log-in of the user {@code token} ends after ten
 * seconds, and that of others does not.
 */
final class RightsNode {

	/** Ten seconds after the start of the node. */
	static final Instant TEN = Instant.EPOCH.plusSeconds(10);

	/** The shortest time. */
	static final Duration TICK = Duration.ofNanos(1);

	private static final Dialect STREAM = new Dialect(Transport.SSE, TestNode.DIALECT.size());

	private static final Dialect SOCKET = new Dialect(Transport.WEBSOCKET, TestNode.DIALECT.size());

	/** The end of the right to each channel. A channel that is not there is refused. */
	private final Map<String, Instant> until = new HashMap<>();

	private final List<ReadRequest> asked = new ArrayList<>();

	private @Nullable Mono<ReadDecisions> answer;

	final TestNode node = TestNode.with()
		.authorizer(new Authorizer())
		.maxAge(Duration.ofSeconds(30))
		.logins((principal) -> principal.getName().equals("token") ? TEN : null)
		.node();

	/** Lets all users read a channel until a time. */
	void permit(String channel, Instant end) {
		this.until.put(channel, end);
	}

	void forbid(String channel) {
		this.until.remove(channel);
	}

	/** Lets the authorizer answer this, whatever is permitted. */
	void answer(Mono<ReadDecisions> decisions) {
		this.answer = decisions;
	}

	/** What the authorizer was asked. */
	List<ReadRequest> asked() {
		return this.asked;
	}

	void advanceTo(Instant time) {
		this.node.time.advanceTimeBy(Duration.between(this.node.wallClock(), time));
	}

	TestSubscriber<Batch> stream(String user, String... channels) {
		return open(STREAM, user, channels);
	}

	/** A WebSocket that listens to no channel. */
	TestSubscriber<Batch> socket(String user) {
		return open(SOCKET, user);
	}

	TestSubscriber<Batch> poll(String user, String... channels) {
		return open(TestNode.DIALECT, user, channels);
	}

	/**
	 * Opens a subscription of a client that takes its first batch.
	 */
	private TestSubscriber<Batch> open(Dialect dialect, String user, String... channels) {
		List.of(channels).forEach(this.node::channel);
		TestSubscriber<Batch> client = TestSubscriber.builder()
			.initialRequest(dialect.equals(TestNode.DIALECT) ? 1 : 2)
			.build();
		this.node.subscriptions
			.open(dialect, this.node.loop,
					Mono.just(SubscriptionRequest.of(List.of(channels), Cursor.LATEST, null, user(user))))
			.subscribe(client);
		return client;
	}

	static Mono<Principal> user(String name) {
		return Mono.just(() -> name);
	}

	static Batch last(TestSubscriber<Batch> client) {
		List<Batch> received = client.getReceivedOnNext();
		return received.get(received.size() - 1);
	}

	static List<String> texts(Batch batch) {
		return batch.segments().stream().flatMap((segment) -> segment.messages().stream()).map(Message::data).toList();
	}

	static void assertExpired(TestSubscriber<Batch> client) {
		assertThat(client.isTerminatedComplete()).isTrue();
		assertThat(last(client).ending()).isEqualTo(Ending.EXPIRED);
	}

	/** Asserts that the node has no client, and no time at which one would end. */
	void assertNothingIsLeft() {
		assertThat(this.node.limitedRights()).isZero();
		assertThat(this.node.connections()).isZero();
		assertThat(this.node.subscriptions.connections(Transport.SSE)).isZero();
		assertThat(this.node.channel("a").subscribers()).isZero();
	}

	/**
	 * Decides by {@link #until}, or answers {@link #answer}.
	 */
	private final class Authorizer implements ChannelAuthorizer {

		@Override
		public Mono<Boolean> mayRead(@Nullable Principal principal, String channel) {
			throw new AssertionError("Asked channel by channel");
		}

		@Override
		public Mono<ReadDecisions> authorize(ReadRequest request) {
			RightsNode.this.asked.add(request);
			Mono<ReadDecisions> answer = RightsNode.this.answer;
			if (answer != null) {
				return answer;
			}
			ReadDecisions decisions = ReadDecisions.refuseAll();
			for (String channel : request.channels()) {
				Instant until = RightsNode.this.until.get(channel);
				if (until != null) {
					decisions = decisions.or(ReadDecisions.permit(channel, until));
				}
			}
			return Mono.just(decisions);
		}

	}

}
