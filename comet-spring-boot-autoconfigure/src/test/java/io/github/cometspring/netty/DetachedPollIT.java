package io.github.cometspring.netty;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Login;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import static io.github.cometspring.netty.SecuredPolls.held;
import static io.github.cometspring.netty.SecuredPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client behind Spring Security waits without its exchange, whatever its log-in is.
 */
@SetsFastPath
@OneNodeOnly("The exchanges of one node are counted")
class DetachedPollIT {

	@RegisterExtension
	static final SecuredPolls comet = new SecuredPolls();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final CometServer server = comet.server(true);

	@ParameterizedTest
	@EnumSource
	void exchangeShouldBeOverWhileTheClientWaits(Login login) {
		String header = login.header("ada", this.server.port());
		for (int i = 0; i < 3; i++) {
			try (RawConnection client = connect()) {
				long before = Route.webFluxRequests(this.server, "POST");
				Channel channel = held(this.server, client, Transport.LEGACY, header);
				Await.until(() -> Route.webFluxRequests(this.server, "POST") == before + 1);
				assertThat(this.server.connections(Transport.LEGACY)).isOne();
				assertThat(client.hasAnswer()).isFalse();
				CompletableFuture<Outcome> outcome = channel.deliver("m").toFuture();
				assertThat(client.read().body()).isEqualTo("a:m");
				Await.until(outcome::isDone);
				assertThat(outcome.join().delivered()).isOne();
				Await.until(() -> this.server.connections(Transport.LEGACY) == 0);
				channel.close().block(PATIENCE);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void clientThatWaitsShouldHoldNothingOfItsExchange(Transport transport) {
		List<WeakReference<Object>> exchanges = new CopyOnWriteArrayList<>();
		comet.beforeCommit((exchange) -> Mono.fromRunnable(() -> {
			exchanges.add(new WeakReference<>(exchange));
			exchanges.add(new WeakReference<>(exchange.getAttributes()));
			exchanges.add(new WeakReference<>(exchange.getRequest()));
			exchanges.add(new WeakReference<>(exchange.getResponse()));
		}));
		String login = Login.JWT.header("ada", this.server.port());
		Channel channel = this.server.create("a");
		try (RawConnection client = connect()) {
			switch (transport) {
				case LEGACY, JSON -> poll(client, transport, login);
				case SSE -> RawEventStream.open(client, "channel=a", login);
				case WEBSOCKET -> RawWebSocket.open(client, login).send("{\"subscribe\":[\"a\"]}");
			}
			Await.until(() -> channel.subscribers() == 1 && !exchanges.isEmpty());
			Await.until(() -> {
				System.gc();
				return exchanges.stream().allMatch((reference) -> reference.get() == null);
			});
			assertThat(channel.subscribers()).isOne();
		}
		channel.close().block(PATIENCE);
	}

	@Test
	void clientThatLeavesShouldNoLongerCount() {
		Channel channel;
		try (RawConnection client = connect()) {
			channel = held(this.server, client, Transport.LEGACY, Login.BASIC.header("ada", this.server.port()));
			assertThat(this.server.connections(Transport.LEGACY)).isOne();
		}
		Await.until(() -> this.server.connections(Transport.LEGACY) == 0 && channel.subscribers() == 0);
		channel.close().block(PATIENCE);
	}

	@Test
	void pollWithTokenShouldBeginNoSession() {
		int before = comet.sessions();
		assertThat(this.server.poll("registration=x", Login.JWT.header("ada", this.server.port())).status())
			.isEqualTo(200);
		assertThat(comet.sessions()).isEqualTo(before);
		Login.FORM.header("ada", this.server.port());
		assertThat(comet.sessions()).isGreaterThan(before);
	}

	private RawConnection connect() {
		return RawConnection.open(this.server.port());
	}

}
