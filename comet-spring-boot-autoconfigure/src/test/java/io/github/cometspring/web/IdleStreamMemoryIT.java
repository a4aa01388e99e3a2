package io.github.cometspring.web;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Memory;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an event stream costs that has begun and has nothing to tell, where nobody waits
 * for the end of its exchange.
 */
class IdleStreamMemoryIT {

	private static final int STREAMS = 1_000;

	// Most of it is Netty's own connection; an exchange of WebFlux takes 10 KB more.
	private static final long MOST = STREAMS * 6 * 1024;

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@Test
	void idleStreamShouldKeepNothingOfItsExchange() throws Exception {
		try (CometServer server = CometServer.start("comet.fast-path=true", "comet.heartbeat=1h")) {
			Channel channel = server.create("a");
			try (CrowdProcess crowd = CrowdProcess.start(Transport.SSE, server.port(), "a", STREAMS)) {
				assertThat(crowd.isAlive()).isTrue();
			}
			Await.until(() -> channel.subscribers() == 0);
			Memory before = Memory.inUse();
			try (CrowdProcess crowd = CrowdProcess.start(Transport.SSE, server.port(), "a", STREAMS)) {
				Memory growth = Memory.inUse().since(before);
				System.out.printf("%d idle event streams: %s more%n", STREAMS, growth);
				assertThat(channel.subscribers()).isEqualTo(STREAMS);
				assertThat(crowd.isAlive()).isTrue();
				assertThat(growth.growth()).isLessThan(MOST);
			}
		}
	}

}
