package io.github.cometspring.failures;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.subscription.SubscriptionListener;
import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Configuration of a server with two event loops, and a listener that records which loop
 * serves the clients of a channel and hangs at the channel {@code hang}.
 */
@Configuration(proxyBeanMethods = false)
class TwoLoops {

	static final String HANG = "hang";

	@Bean(destroyMethod = "dispose")
	LoopResources loopResources() {
		return LoopResources.create("two", 1, 2, true);
	}

	@Bean
	ReactorResourceFactory reactorResourceFactory(LoopResources loopResources) {
		ReactorResourceFactory factory = new ReactorResourceFactory();
		factory.setUseGlobalResources(false);
		factory.setLoopResources(loopResources);
		return factory;
	}

	@Bean
	HangingListener hangingListener() {
		return new HangingListener();
	}

	/**
	 * A listener that blocks an event loop.
	 */
	static final class HangingListener implements SubscriptionListener {

		private static final long LONGEST_SECONDS = 60;

		private final CountDownLatch released = new CountDownLatch(1);

		private final Map<String, Thread> loops = new ConcurrentHashMap<>();

		private volatile @Nullable Thread hanging;

		@Override
		public void subscribed(Transport transport, Set<String> channels) {
			channels.forEach((channel) -> this.loops.put(channel, Thread.currentThread()));
			if (channels.contains(HANG) && this.released.getCount() > 0) {
				this.hanging = Thread.currentThread();
				try {
					this.released.await(LONGEST_SECONDS, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
		}

		/**
		 * The loop that hangs.
		 * @return its thread, or {@code null} if none hangs
		 */
		@Nullable Thread hanging() {
			return this.hanging;
		}

		/**
		 * The loop that serves the last client of a channel.
		 * @param channel the id of the channel
		 * @return its thread
		 */
		@Nullable Thread loop(String channel) {
			return this.loops.get(channel);
		}

		void release() {
			this.released.countDown();
		}

	}

}
