package io.github.cometspring.netty;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.ServedClass;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The time that the kernel waits for a client that acknowledges nothing.
 */
@AlsoOnIoUring
class UserTimeoutIT {

	private static final AtomicReference<Channel> LAST = new AtomicReference<>();

	@RegisterExtension
	static final ServedClass comet = new ServedClass(new Class<?>[] { Witness.class }, "comet.write-timeout=7s",
			"comet.heartbeat=4s");

	private RawConnection client;

	private Channel channel;

	@BeforeEach
	void connect() {
		LAST.set(null);
		this.client = comet.connect();
		Await.until(() -> LAST.get() != null);
		this.channel = LAST.get();
		assumeThat(timeout()).as("This transport has no TCP_USER_TIMEOUT").isNotNull();
	}

	private Integer timeout() {
		return Stream.of("epoll.EpollChannelOption", "uring.IoUringChannelOption")
			.map((name) -> ChannelOption.<Integer>valueOf("io.netty.channel." + name + "#TCP_USER_TIMEOUT"))
			.map(this.channel.config()::getOption)
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
	}

	@Test
	void eventStreamShouldHaveHeartbeatAndWriteTimeout() {
		RawEventStream.open(this.client, "channel=" + comet.name()).next();
		assertThat(timeout()).isEqualTo(11_000);
	}

	@Test
	void webSocketShouldHaveHeartbeatAndWriteTimeout() {
		RawWebSocket.open(this.client).send("{\"ping\":1}").text();
		assertThat(timeout()).isEqualTo(11_000);
	}

	@Test
	void requestOfApplicationShouldLeaveItToKernel() {
		this.client.send("GET /elsewhere HTTP/1.1\r\nHost: localhost\r\n\r\n").read();
		assertThat(timeout()).isEqualTo(0);
	}

	@Configuration(proxyBeanMethods = false)
	static class Witness {

		@Bean
		NettyServerCustomizer witness() {
			return (server) -> server.doOnChannelInit((observer, channel, address) -> LAST.set(channel));
		}

	}

}
