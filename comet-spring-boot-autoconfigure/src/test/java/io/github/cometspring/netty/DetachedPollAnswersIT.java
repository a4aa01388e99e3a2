package io.github.cometspring.netty;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Login;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.http.ResponseCookie;

import static io.github.cometspring.netty.SecuredPolls.held;
import static io.github.cometspring.netty.SecuredPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A poll behind Spring Security that waited without its exchange is answered as on the
 * default path: with the same headers, in its order, and when the application has done
 * what it does before an answer is committed.
 */
@SetsFastPath
@OneNodeOnly("The exchanges of one node are counted")
class DetachedPollAnswersIT {

	@RegisterExtension
	static final SecuredPolls comet = new SecuredPolls();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final CometServer server = comet.server(true);

	static Stream<Arguments> logins() {
		return Arrays.stream(Login.values())
			.flatMap((login) -> Stream.of(Transport.LEGACY, Transport.JSON)
				.map((transport) -> Arguments.of(login, transport)));
	}

	@ParameterizedTest
	@MethodSource("logins")
	void answerShouldHaveTheHeadersOfTheDefaultPath(Login login, Transport transport) {
		for (String user : List.of("ada", "bob", "ada")) {
			comet.beforeCommit((exchange) -> Mono.fromRunnable(() -> {
				exchange.getResponse().getHeaders().add("X-User", user);
				exchange.getResponse().getHeaders().set("Cache-Control", "private");
				exchange.getResponse().addCookie(ResponseCookie.from("seen", user).build());
			}));
			List<String> detached = headersOfDelivery(comet.server(true), login, transport, user);
			assertThat(detached).contains("X-User: " + user, "set-cookie: seen=" + user, "X-Frame-Options: DENY",
					"Cache-Control: private");
			assertThat(detached).isEqualTo(headersOfDelivery(comet.server(false), login, transport, user));
		}
	}

	private static List<String> headersOfDelivery(CometServer server, Login login, Transport transport, String user) {
		try (RawConnection client = RawConnection.open(server.port())) {
			Channel channel = held(server, client, transport, login.header(user, server.port()));
			channel.publish("m").block(PATIENCE);
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).contains("m");
			channel.close().block(PATIENCE);
			return headers(answer);
		}
	}

	/**
	 * The header lines in an order of their own. The cursors of two servers differ, and
	 * the time to wait is spread.
	 */
	private static List<String> headers(Answer answer) {
		return answer.headers()
			.stream()
			.filter((line) -> !line.startsWith("Comet-Cursor"))
			.map((line) -> line.replaceFirst("(?i)^set-cookie", "set-cookie")
				.replaceFirst("^Retry-After: [1-5]$", "Retry-After"))
			.sorted()
			.toList();
	}

	@ParameterizedTest
	@MethodSource("logins")
	void refusalShouldHaveTheHeadersOfTheDefaultPath(Login login, Transport transport) {
		List<String> detached = headersOfRefusal(comet.server(true), login, transport);
		assertThat(detached).contains("X-Frame-Options: DENY");
		assertThat(detached).isEqualTo(headersOfRefusal(comet.server(false), login, transport));
	}

	private static List<String> headersOfRefusal(CometServer server, Login login, Transport transport) {
		try (RawConnection client = RawConnection.open(server.port())) {
			Channel channel = held(server, client, transport, login.header("ada", server.port()));
			server.control().setTimeout(Duration.ofMinutes(1), true).block(PATIENCE);
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(503);
			channel.close().block(PATIENCE);
			return headers(answer);
		}
	}

	@Test
	void requestsInOnePieceShouldBeAnsweredInTheirOrder() {
		try (RawConnection client = connect()) {
			String login = Login.BASIC.header("ada", this.server.port());
			Channel channel = this.server.create("a");
			String poll = "POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ocsigen-comet\r\n"
					+ login + "\r\nContent-Length: 14\r\n\r\nregistration=a";
			String other = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n" + login + "\r\n\r\n";
			client.send(poll + poll + other + poll + other);
			for (String message : List.of("1", "2")) {
				Await.until(() -> channel.subscribers() == 1);
				assertThat(client.hasAnswer()).isFalse();
				channel.publish(message).block(PATIENCE);
				assertThat(client.read().body()).isEqualTo("a:" + message);
			}
			assertThat(client.read().status()).isEqualTo(404);
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("3").block(PATIENCE);
			assertThat(client.read().body()).isEqualTo("a:3");
			assertThat(client.read().status()).isEqualTo(404);
			channel.close().block(PATIENCE);
		}
	}

	@Test
	void answerShouldWaitForTheActionsBeforeTheCommit() {
		Sinks.Empty<Void> saved = Sinks.empty();
		comet.beforeCommit((exchange) -> saved.asMono()
			.then(Mono.fromRunnable(() -> exchange.getResponse().getHeaders().set("X-Saved", "yes"))));
		try (RawConnection client = connect()) {
			Channel channel = held(this.server, client, Transport.LEGACY,
					Login.BASIC.header("ada", this.server.port()));
			CompletableFuture<Outcome> outcome = channel.deliver("m").toFuture();
			Await.until(() -> channel.subscribers() == 0);
			assertThat(outcome).isNotDone();
			assertThat(client.hasAnswer()).isFalse();
			saved.tryEmitEmpty();
			Answer answer = client.read();
			assertThat(answer.body()).isEqualTo("a:m");
			assertThat(answer.header("X-Saved")).isEqualTo("yes");
			Await.until(outcome::isDone);
			assertThat(outcome.join().delivered()).isOne();
			channel.close().block(PATIENCE);
		}
	}

	@Test
	void deliveryWhenAnActionDoesNotEndShouldFailAfterTheWriteTimeout() {
		comet.beforeCommit((exchange) -> Mono.never());
		try (RawConnection client = connect()) {
			Channel channel = held(this.server, client, Transport.LEGACY,
					Login.BASIC.header("ada", this.server.port()));
			CompletableFuture<Outcome> outcome = channel.deliver("m").toFuture();
			Await.until(outcome::isDone);
			assertThat(outcome.join().failed()).isOne();
			// No answer, as its cursor would be after the message
			assertThat(client.readToEnd()).isEmpty();
			Await.until(() -> this.server.connections(Transport.LEGACY) == 0);
			channel.close().block(PATIENCE);
		}
	}

	@Test
	void clientThatLeavesBeforeAnActionEndsShouldNoLongerCount() {
		Sinks.Empty<Void> saved = Sinks.empty();
		comet.beforeCommit((exchange) -> saved.asMono());
		Channel channel;
		try (RawConnection client = connect()) {
			channel = held(this.server, client, Transport.LEGACY, Login.BASIC.header("ada", this.server.port()));
			Await.until(() -> saved.currentSubscriberCount() == 1);
		}
		Await.until(() -> this.server.connections(Transport.LEGACY) == 0 && channel.subscribers() == 0);
		channel.close().block(PATIENCE);
	}

	@Test
	void pollWhenAnActionFailsShouldBeAnsweredByTheApplication() {
		String login = Login.BASIC.header("ada", this.server.port());
		Channel channel = this.server.create("a");
		try (RawConnection client = connect()) {
			Sinks.Empty<Void> saved = Sinks.empty();
			comet.beforeCommit((exchange) -> saved.asMono());
			poll(client, Transport.LEGACY, login);
			// The client waits before the server asks for the action
			Await.until(() -> channel.subscribers() == 1 && saved.currentSubscriberCount() == 1);
			client.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n" + login + "\r\n\r\n");
			comet.beforeCommit((exchange) -> Mono.empty());
			saved.tryEmitError(new IllegalStateException("not saved"));
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(500);
			assertThat(answer.body()).contains("Internal Server Error");
			assertThat(client.read().status()).isEqualTo(404);
			Await.until(() -> this.server.connections(Transport.LEGACY) == 0 && channel.subscribers() == 0);
		}
		channel.close().block(PATIENCE);
	}

	private RawConnection connect() {
		return RawConnection.open(this.server.port());
	}

}
