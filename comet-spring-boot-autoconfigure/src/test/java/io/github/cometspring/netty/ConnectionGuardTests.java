package io.github.cometspring.netty;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.testing.Await;
import io.github.cometspring.web.SchedulerClientSockets;
import io.netty.channel.SingleThreadIoEventLoop;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionGuardTests {

	private static final int CROWD = 200;

	/** With Netty's defaults it takes 13, and 200 with epoll. */
	private static final int MOST_ROUNDS = 4;

	@Test
	void crowdShouldBeAcceptedInFewRoundsOfABusyLoop() throws IOException, InterruptedException {
		LoopResources loops = LoopResources.create("accept", 1, true);
		AtomicInteger accepted = new AtomicInteger();
		Duration patience = ConnectionGuard.REQUEST_TIMEOUT;
		ConnectionGuard guard = new ConnectionGuard(
				new NettyClientSockets(new SchedulerClientSockets(Schedulers.immediate(), 1, patience), true, patience),
				patience);
		DisposableServer server = guard.guard(HttpServer.create().host("127.0.0.1").port(0).runOn(loops))
			.doOnChannelInit((observer, channel, address) -> accepted.incrementAndGet())
			.handle((request, response) -> Mono.never())
			.bindNow();
		List<Socket> crowd = new ArrayList<>();
		try {
			SingleThreadIoEventLoop loop = (SingleThreadIoEventLoop) server.channel().eventLoop();
			CountDownLatch come = new CountDownLatch(1);
			CountDownLatch busy = new CountDownLatch(1);
			loop.execute(() -> {
				busy.countDown();
				awaitUninterruptibly(come);
			});
			busy.await();
			for (int i = 0; i < CROWD; i++) {
				crowd.add(new Socket("127.0.0.1", server.port()));
			}
			AtomicInteger rounds = new AtomicInteger();
			countRounds(loop, rounds, accepted);
			come.countDown();
			Await.until(() -> accepted.get() == CROWD);
			assertThat(rounds.get()).isLessThanOrEqualTo(MOST_ROUNDS);
		}
		finally {
			for (Socket client : crowd) {
				client.close();
			}
			server.disposeNow();
			loops.disposeLater().block();
		}
	}

	/**
	 * Counts the rounds of the loop, each of which looks for connections once, until all
	 * are accepted.
	 */
	private static void countRounds(SingleThreadIoEventLoop loop, AtomicInteger rounds, AtomicInteger accepted) {
		loop.executeAfterEventLoopIteration(() -> {
			if (accepted.get() < CROWD) {
				rounds.incrementAndGet();
				loop.execute(() -> countRounds(loop, rounds, accepted));
			}
		});
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
