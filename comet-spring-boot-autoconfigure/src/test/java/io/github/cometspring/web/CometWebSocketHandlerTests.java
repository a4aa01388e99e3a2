package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the event loop of the handshake. {@code WebSocketIT} tests the rest.
 */
class CometWebSocketHandlerTests {

	private final Scheduler thread = Schedulers.newSingle("loop");

	private final ClientSockets sockets = new SchedulerClientSockets(this.thread, 1, Duration.ofSeconds(30));

	private final EventLoop loop = this.sockets.of(MockServerHttpRequest.get("/comet").build()).loop();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.thread);

	private final Subscriptions subscriptions = new Subscriptions(this.broker, new CometControl(Duration.ofSeconds(20)),
			null, new SubscriptionLimits(null, 100, 1000, Duration.ofSeconds(15)));

	private final List<Boolean> handshakesOnLoop = new ArrayList<>();

	private final CometWebSocketHandler handler = new CometWebSocketHandler(this.subscriptions, this.sockets,
			new Handshakes(this.loop, this.handshakesOnLoop), 100);

	@AfterEach
	void dispose() {
		this.subscriptions.dispose();
		this.broker.dispose();
		this.thread.dispose();
	}

	/**
	 * As after a filter that reads a session. Outside of the loop, the server would lose
	 * frames that the client sends at once.
	 */
	@Test
	void handleWhenRequestHasLeftItsLoopShouldRunHandshakeOnTheLoop() {
		this.handler.handle(exchange()).block(Duration.ofSeconds(10));
		assertThat(this.handshakesOnLoop).containsExactly(true);
	}

	@Test
	void handleWhenRequestIsOnItsLoopShouldRunHandshakeAtOnce() {
		List<Integer> handshakesWhenCallReturned = new ArrayList<>();
		Mono.<Void>create((done) -> this.loop.execute(() -> {
			this.handler.handle(exchange()).subscribe();
			handshakesWhenCallReturned.add(this.handshakesOnLoop.size());
			done.success();
		})).block(Duration.ofSeconds(10));
		assertThat(handshakesWhenCallReturned).containsExactly(1);
		assertThat(this.handshakesOnLoop).containsExactly(true);
	}

	private static ServerWebExchange exchange() {
		return MockServerWebExchange
			.from(MockServerHttpRequest.get("/comet").header("Sec-WebSocket-Version", "13").build());
	}

	private record Handshakes(EventLoop loop, List<Boolean> onLoop) implements WebSocketService {

		@Override
		public Mono<Void> handleRequest(ServerWebExchange exchange, WebSocketHandler handler) {
			this.onLoop.add(this.loop.inLoop());
			return Mono.empty();
		}

	}

}
