package io.github.cometspring.autoconfigure;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that is stopped and started again.
 */
class RestartIT {

	private CometServer server;

	private Channel channel;

	@BeforeEach
	void start() {
		this.server = CometServer.start("comet.timeout=5m");
		this.channel = this.server.create("restart");
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void pollWhenContextStopsShouldBeAnsweredBeforeServerWaitsForIt() {
		try (RawConnection client = poll()) {
			long begin = System.nanoTime();
			this.server.context().stop();
			// The server's graceful shutdown may take 30 seconds.
			assertThat(System.nanoTime() - begin).isLessThan(10_000_000_000L);
			assertThat(client.read().status()).isEqualTo(503);
		}
	}

	@Test
	void pollWhenContextIsStartedAgainShouldBeServed() {
		this.server.context().stop();
		this.server.context().start();
		assertServes();
	}

	@Test
	void pollWhenContextIsPausedShouldBeServed() {
		this.server.context().pause();
		assertServes();
		this.server.context().restart();
		assertServes();
	}

	private void assertServes() {
		try (RawConnection client = poll()) {
			this.channel.publish("here").block();
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).isEqualTo("restart:here");
		}
	}

	private RawConnection poll() {
		RawConnection client = RawConnection.open(this.server.port());
		client.poll("registration=restart");
		Await.until(() -> this.channel.subscribers() == 1);
		return client;
	}

}
