package io.github.cometspring.testing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import reactor.netty.resources.LoopResources;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Configuration of a server with one event loop, on which a test can run a task without
 * any other event in between.
 */
@Configuration(proxyBeanMethods = false)
public class SingleLoop {

	private static final long PATIENCE_SECONDS = 10;

	private static final int ROUNDS = 3;

	@Bean(destroyMethod = "dispose")
	LoopResources loopResources() {
		return LoopResources.create("single", 1, true);
	}

	@Bean
	ReactorResourceFactory reactorResourceFactory(LoopResources loopResources) {
		ReactorResourceFactory factory = new ReactorResourceFactory();
		factory.setUseGlobalResources(false);
		factory.setLoopResources(loopResources);
		return factory;
	}

	/**
	 * Runs a task on the loop, and waits for it and the tasks that it schedules there.
	 * @param server a server with this configuration
	 * @param task the task, which must not block
	 */
	public static void run(CometServer server, Runnable task) {
		runOnce(server.bean(LoopResources.class), task);
		for (int i = 0; i < ROUNDS; i++) {
			for (LoopResources loop : server.beans(LoopResources.class)) {
				runOnce(loop, () -> {
				});
			}
		}
	}

	private static void runOnce(LoopResources loop, Runnable task) {
		CompletableFuture.runAsync(task, loop.onServer(true).next())
			.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
			.join();
	}

}
