package io.github.cometspring.redis;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import io.github.cometspring.testing.TcpProxy;
import org.junit.jupiter.api.Test;

import static io.github.cometspring.redis.Traffic.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A publication that Redis receives after its node has given up waiting.
 */
class LatePublicationTests {

	@Test
	void publicationWhenItArrivesLateShouldBeReadOnceAtItsPosition() {
		HeldPublications held = new HeldPublications();
		try (RedisServer server = RedisServer.start();
				TcpProxy link = new TcpProxy(server.port(), held);
				RedisNodes nodes = new RedisNodes().with(RedisNodes.FAST, Duration.ofSeconds(2));
				Traffic traffic = new Traffic(nodes.broker(nodes.node(link.port(), "comet", 10)),
						nodes.broker(nodes.node(server.port(), "comet", 10)))) {
			traffic.publish(1, 3);
			traffic.awaitArrival();
			// It may be refused while its node reconnects.
			Await.within(PATIENCE, () -> traffic.publish(0) == null && traffic.unknown() == 1);
			traffic.publish(1, 3);
			traffic.awaitArrival();
			held.release();
			for (int node = 0; node < 2; node++) {
				Traffic.Reader reader = traffic.reader(node);
				Await.within(PATIENCE, () -> reader.numbers().size() == 7);
				List<Integer> numbers = reader.numbers();
				assertThat(numbers.get(6)).isBetween(4, numbers.get(3) - 1);
			}
			traffic.verify(0);
		}
	}

	/**
	 * Holds back a publication and all later bytes of the same connection.
	 */
	private static final class HeldPublications implements TcpProxy.Forwarding {

		/** The arguments of a publication without a delivery: nonce and history size. */
		private static final String PUBLICATION = "\r\n$0\r\n\r\n$5\r\n%d\r\n"
			.formatted(Traffic.SETTINGS.historySize());

		private final CountDownLatch released = new CountDownLatch(1);

		void release() {
			this.released.countDown();
		}

		@Override
		public void forward(Socket client, Socket server) throws IOException {
			byte[] buffer = new byte[8192];
			for (int count = client.getInputStream().read(buffer); count >= 0; count = client.getInputStream()
				.read(buffer)) {
				if (new String(buffer, 0, count, StandardCharsets.ISO_8859_1).contains(PUBLICATION)) {
					awaitRelease();
				}
				server.getOutputStream().write(buffer, 0, count);
			}
		}

		private void awaitRelease() throws IOException {
			try {
				this.released.await();
			}
			catch (InterruptedException ex) {
				throw new InterruptedIOException();
			}
		}

	}

}
