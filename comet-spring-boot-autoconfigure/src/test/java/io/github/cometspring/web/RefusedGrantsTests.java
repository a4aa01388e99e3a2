package io.github.cometspring.web;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.GrantToken;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Authorization;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.LoginExpiry;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.context.Context;

import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.web.reactive.socket.WebSocketMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An open WebSocket keeps the grants of the channels that it reads, and no others.
 */
class RefusedGrantsTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);

	private final CometControl control = new CometControl(Duration.ofSeconds(20));

	private final Frames frames = new Frames(new SchedulerClientSockets(this.time, 1, Duration.ofSeconds(30))
		.of(MockServerHttpRequest.get("/").build()));

	@AfterEach
	void dispose() {
		this.broker.dispose();
		this.time.dispose();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void feedWhenGrantsAreRefusedShouldNotKeepThem(boolean askedAgain) {
		WebSocketFeed feed = feed(askedAgain ? Duration.ofHours(1) : null);
		List<WeakReference<String>> grants = subscribe(feed, "a", "b");
		assertThat(this.frames.refused).containsExactly("b");
		Await.until(() -> {
			System.gc();
			return grants.get(1).get() == null;
		});
		assertThat(grants.get(0).get()).isNotNull();
		Reference.reachabilityFence(feed);
	}

	@Test
	void feedWhenChannelEndsShouldNotKeepItsGrant() {
		WebSocketFeed feed = feed(null);
		List<WeakReference<String>> grants = subscribe(feed, "a");
		this.broker.find("a").flatMap((log) -> log.close()).block(Duration.ofSeconds(10));
		this.time.advanceTime();
		Await.until(() -> {
			System.gc();
			return grants.get(0).get() == null;
		});
		Reference.reachabilityFence(feed);
	}

	private WebSocketFeed feed(@Nullable Duration maxAge) {
		this.broker.create("a", ChannelSettings.DEFAULT).block(Duration.ofSeconds(10));
		Authorization authorization = new Authorization((principal, channel) -> Mono.just(channel.equals("a")),
				Duration.ofSeconds(5), maxAge, LoginExpiry.NEVER);
		Subscriptions subscriptions = new Subscriptions(this.broker, this.control, authorization,
				new SubscriptionLimits(null, 100, 1000, Duration.ofSeconds(15)));
		Requester requester = new Requester(Caller.of(Mono.empty()), Context.empty());
		return new WebSocketFeed(
				subscriptions.connect(new Dialect(Transport.WEBSOCKET, (message) -> 1), this.frames.socket.loop()),
				requester, this.frames, new LivenessCheck(this.frames, () -> {
				}), (status) -> {
				}, new PresentedGrants(100));
	}

	/**
	 * Subscribes to channels with a grant for each, as a frame of the client does.
	 */
	private List<WeakReference<String>> subscribe(WebSocketFeed feed, String... channels) {
		List<String> grants = new ArrayList<>();
		for (String channel : channels) {
			grants.add(GrantToken.format(GrantToken.content(new byte[4], 1, channel), new byte[32]));
		}
		feed.present(Set.of(channels), grants);
		Map<String, Cursor> starts = new LinkedHashMap<>();
		for (String channel : channels) {
			starts.put(channel, Cursor.LATEST);
		}
		feed.change(starts, Refusals.NONE, true, null).subscribe();
		this.time.advanceTime();
		return grants.stream().map(WeakReference::new).toList();
	}

	private static final class Frames implements FrameWriter {

		private final ClientSocket socket;

		private final List<String> refused = new ArrayList<>();

		private Frames(ClientSocket socket) {
			this.socket = socket;
		}

		@Override
		public ClientSocket socket() {
			return this.socket;
		}

		@Override
		public void write(WebSocketMessage.Type type, byte[] payload, WriteListener listener) {
			listener.taken();
		}

		@Override
		public void writeBatch(Batch batch, @Nullable Long pong, WriteListener listener) {
			this.refused.addAll(batch.refused().channels());
			listener.taken();
		}

	}

}
