package io.github.cometspring.redis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * A connection that the client library completes before commands can be sent on it.
 */
class RedisLineTests {

	private final StatefulRedisConnection<String, String> connection = mock();

	private final RedisChannelHandler<String, String> handler = mock();

	private final List<RedisConnectionStateListener> listeners = new ArrayList<>();

	private final List<Object> prepared = new ArrayList<>();

	private final RedisLine<StatefulRedisConnection<String, String>> line = new RedisLine<>(
			() -> CompletableFuture.completedFuture(this.connection), (ready) -> {
				this.prepared.add(ready);
				return CompletableFuture.completedFuture(null);
			}, () -> {
			}, Schedulers.parallel(), new RedisTiming(RedisNodes.FAST.probe(), RedisNodes.FAST.check(),
					RedisNodes.FAST.sweep(), RedisNodes.FAST.linger(), Duration.ofHours(1), Duration.ofHours(1)),
			Traffic.PATIENCE);

	@BeforeEach
	void collectListeners() {
		willAnswer((call) -> {
			this.listeners.add(call.getArgument(0));
			return null;
		}).given(this.connection).addListener(any(RedisConnectionStateListener.class));
		given(this.connection.getOptions()).willReturn(ClientOptions.builder().autoReconnect(false).build());
	}

	@Test
	void startWhenConnectionIsNotActiveYetShouldPrepareItWhenItIs() {
		CompletableFuture<Void> started = this.line.start().toCompletableFuture();
		assertThat(this.prepared).isEmpty();
		given(this.connection.isOpen()).willReturn(true);
		this.listeners.get(0).onRedisConnected(this.handler, new InetSocketAddress(0));
		assertThat(this.prepared).containsExactly(this.connection);
		assertThat(started).isCompleted();
	}

	@Test
	void startWhenConnectionIsActiveShouldPrepareIt() {
		given(this.connection.isOpen()).willReturn(true);
		assertThat(this.line.start().toCompletableFuture()).isCompleted();
		assertThat(this.prepared).containsExactly(this.connection);
	}

	@Test
	void startWhenConnectionIsClosedBeforeItIsActiveShouldFail() {
		CompletableFuture<Void> started = this.line.start().toCompletableFuture();
		this.listeners.get(0).onRedisDisconnected(this.handler);
		assertThat(started).isCompletedExceptionally();
		assertThat(this.prepared).isEmpty();
	}

	@Test
	void attemptWhenDisposedMeanwhileShouldNotOpenAConnection() {
		VirtualTimeScheduler clock = VirtualTimeScheduler.create();
		AtomicInteger opened = new AtomicInteger();
		RedisLine<StatefulRedisConnection<String, String>> away = new RedisLine<>(() -> {
			opened.incrementAndGet();
			return CompletableFuture.failedFuture(new IOException("away"));
		}, (ready) -> CompletableFuture.completedFuture(null), () -> {
		}, clock, RedisNodes.FAST, Traffic.PATIENCE);
		assertThat(away.start().toCompletableFuture()).isCompletedExceptionally();
		clock.advanceTimeBy(RedisNodes.FAST.longestRetry());
		int before = opened.get();
		assertThat(before).isGreaterThan(1);
		away.dispose();
		clock.advanceTimeBy(RedisNodes.FAST.longestRetry().multipliedBy(10));
		assertThat(opened).hasValue(before);
	}

}
