package io.github.cometspring.netty;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.KeptLogin;
import io.github.cometspring.web.LegacyPollDialect;
import io.github.cometspring.web.PollTerms;
import io.github.cometspring.web.SchedulerClientSockets;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link RepeatedPolls}.
 */
class RepeatedPollsTests {

	private final AtomicBoolean current = new AtomicBoolean(true);

	private final NettyClientSockets sockets = new NettyClientSockets(
			new SchedulerClientSockets(Schedulers.parallel(), 1, Duration.ofSeconds(30)), true, Duration.ofSeconds(30));

	private final RepeatedPolls polls = new RepeatedPolls(
			new PlainRequests("/comet", List.of(terms()), 1000, Set.of()));

	private static PollTerms terms() {
		Subscriptions subscriptions = new Subscriptions(new InMemoryChannelBroker(null, Schedulers.parallel()),
				new CometControl(Duration.ofSeconds(20)), null,
				new SubscriptionLimits(5, 3, 1000, Duration.ofSeconds(15)));
		return new PollTerms(subscriptions, new LegacyPollDialect(), new Deadlines(Duration.ofSeconds(30)));
	}

	private static HttpRequest request(String uri, String cookie) {
		HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, uri);
		request.headers()
			.add("Host", "localhost")
			.add("Content-Type", "application/x-ocsigen-comet")
			.add("Content-Length", "14")
			.add("Cookie", cookie);
		return request;
	}

	private void allow(byte[] head) {
		this.polls.allow(new RepeatedPoll(head, new KeptLogin(null, Map.of(), Context.empty(), this.current::get),
				this.sockets.keep(new DefaultHttpHeaders()), this.sockets));
	}

	@Test
	void pollShouldRepeatOneWithTheSameHead() {
		assertThat(this.polls.arriving(request("/comet", "a"))).isNull();
		allow(Objects.requireNonNull(this.polls.takeAsked()));
		assertThat(this.polls.arriving(request("/comet", "b"))).isNull();
		assertThat(this.polls.arriving(request("/comet", "a"))).isNotNull();
		this.current.set(false);
		assertThat(this.polls.arriving(request("/comet", "a"))).isNull();
		// It is forgotten, and with it the session.
		this.current.set(true);
		assertThat(this.polls.arriving(request("/comet", "a"))).isNull();
	}

	@Test
	void pollThatWasHandedOnShouldNotBeRepeated() {
		this.polls.arriving(request("/comet", "a"));
		allow(Objects.requireNonNull(this.polls.takeAsked()));
		this.polls.forgetPassed();
		assertThat(this.polls.arriving(request("/comet", "a"))).isNull();
	}

	@Test
	void loginThatCannotBeReadShouldNotBeCurrent() {
		this.polls.arriving(request("/comet", "a"));
		this.polls.allow(new RepeatedPoll(Objects.requireNonNull(this.polls.takeAsked()),
				new KeptLogin(null, Map.of(), Context.empty(), () -> {
					throw new IllegalStateException("no session");
				}), this.sockets.keep(new DefaultHttpHeaders()), this.sockets));
		assertThat(this.polls.arriving(request("/comet", "a"))).isNull();
	}

	@Test
	void pollShouldNotBeTakenForTheOneBefore() {
		this.polls.arriving(request("/comet", "a"));
		this.polls.arriving(request("/other", "a"));
		assertThat(this.polls.takeAsked()).isNull();
		this.polls.arriving(request("/comet", "a"));
		this.polls.forgetAsked();
		assertThat(this.polls.takeAsked()).isNull();
		this.polls.arriving(request("/comet", "a"));
		assertThat(this.polls.takeAsked()).isNotNull();
		assertThat(this.polls.takeAsked()).isNull();
	}

}
