package io.github.cometspring.web;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Memory;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The memory of an idle stream that was taken over.
 */
@OneNodeOnly("Measures the memory of one server")
class IdleStreamMemoryIT {

	private static final int STREAMS = 1_000;

	// Most of it is Netty's connection. An exchange of WebFlux takes 10 KB more.
	private static final long MOST = STREAMS * 6 * 1024;

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "SSE", "WEBSOCKET" })
	void idleStreamShouldNotRetainItsExchange(Transport transport) throws Exception {
		try (CometServer server = CometServer.start("comet.fast-path=true", "comet.heartbeat=1h")) {
			Channel channel = server.create("a");
			try (CrowdProcess crowd = CrowdProcess.start(transport, server.port(), "a", STREAMS)) {
				assertThat(crowd.isAlive()).isTrue();
			}
			Await.until(() -> channel.subscribers() == 0);
			Memory before = Memory.inUse();
			try (CrowdProcess crowd = CrowdProcess.start(transport, server.port(), "a", STREAMS)) {
				Memory growth = before.awaitGrowthBelow(MOST);
				System.out.printf("%d idle streams (%s): %s more%n", STREAMS, transport, growth);
				assertThat(channel.subscribers()).isEqualTo(STREAMS);
				assertThat(crowd.isAlive()).isTrue();
				assertThat(growth.growth()).isLessThan(MOST);
			}
		}
	}

}
