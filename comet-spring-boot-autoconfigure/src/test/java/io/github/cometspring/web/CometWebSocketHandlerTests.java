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
 * Where the hands are shaken. The rest is in {@code WebSocketIT}.
 */
class CometWebSocketHandlerTests {

	private final Scheduler thread = Schedulers.newSingle("loop");

	private final ClientSockets sockets = new SchedulerClientSockets(this.thread, 1, Duration.ofSeconds(30));

	private final EventLoop loop = this.sockets.of(MockServerHttpRequest.get("/comet").build()).loop();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.thread);

	private final Subscriptions subscriptions = new Subscriptions(this.broker, new CometControl(Duration.ofSeconds(20)),
			null, new SubscriptionLimits(null, 100, 1000, Duration.ofSeconds(15)));

	private final List<Boolean> shakenOnLoop = new ArrayList<>();

	private final CometWebSocketHandler handler = new CometWebSocketHandler(this.subscriptions, this.sockets,
			new Handshakes(this.loop, this.shakenOnLoop), 100);

	@AfterEach
	void dispose() {
		this.subscriptions.dispose();
		this.broker.dispose();
		this.thread.dispose();
	}

	/**
	 * As behind a filter that reads a session. The server would lose what the client
	 * sends at once.
	 */
	@Test
	void handleWhenRequestHasLeftItsLoopShouldShakeHandsOnTheLoop() {
		this.handler.handle(exchange()).block(Duration.ofSeconds(10));
		assertThat(this.shakenOnLoop).containsExactly(true);
	}

	@Test
	void handleWhenRequestIsOnItsLoopShouldShakeHandsAtOnce() {
		List<Integer> shakenWhenCallReturned = new ArrayList<>();
		Mono.<Void>create((done) -> this.loop.execute(() -> {
			this.handler.handle(exchange()).subscribe();
			shakenWhenCallReturned.add(this.shakenOnLoop.size());
			done.success();
		})).block(Duration.ofSeconds(10));
		assertThat(shakenWhenCallReturned).containsExactly(1);
		assertThat(this.shakenOnLoop).containsExactly(true);
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
