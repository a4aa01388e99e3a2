package io.github.cometspring.netty;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import io.github.cometspring.security.PublishKeys;
import io.github.cometspring.subscription.PublishAuthorization;
import io.github.cometspring.subscription.PublishCounts;
import io.github.cometspring.subscription.PublishOutcome;
import io.github.cometspring.web.PublishLimits;
import io.github.cometspring.web.PublishPolicy;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * What a publication on the fast path takes. What publishers are answered is tested over
 * HTTP.
 */
class FastPublicationTests extends EmbeddedFastPath {

	private static final String KEY = "0123456789abcdef0123456789abcdef";

	private static final int NO_TASK = -1;

	private final PublishCounts counts = new PublishCounts();

	private final PublishAuthorization authorization = spy(
			new PublishAuthorization(new PublishKeys(List.of(KEY)), null, PATIENCE));

	private void serve(Channels channels) {
		PublishPolicy policy = new PublishPolicy(channels, this.authorization, this.control::isActive,
				new PublishLimits(10, 10, false, Duration.ofMinutes(10)), this.counts);
		this.requests.setPublications(new PlainPublications("/comet/publish", policy, 1000, this.sockets));
	}

	private static HttpRequest publication() {
		HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/comet/publish?channel=a");
		head.headers().set("Host", "localhost").set("Content-Length", "1").set("X-API-Key", KEY);
		return head;
	}

	@Test
	void publicationInMemoryShouldBeAnsweredAtOnce() {
		serve(this.channels);
		for (int i = 1; i <= 3; i++) {
			read(publication(), last("m"));
			assertThat(answer()).startsWith("200 ").contains("\"offset\":" + i + ",");
			assertThat(this.counts.of(PublishOutcome.ACCEPTED)).isEqualTo(i);
		}
		assertNothingHandedOn();
		// Neither a task nor a timer is left.
		assertThat(this.connection.hasPendingTasks()).isFalse();
		assertThat(this.connection.runScheduledPendingTasks()).isEqualTo(NO_TASK);
	}

	@Test
	void answersOfOneLengthShouldShareTheirHeaders() {
		serve(this.channels);
		List<HttpHeaders> headers = new ArrayList<>();
		for (int i = 1; i <= 11; i++) {
			read(publication(), last("m"));
			FullHttpResponse answer = this.connection.readOutbound();
			assertThat(answer.headers().getInt("Content-Length")).isEqualTo(answer.content().readableBytes());
			assertThat(answer.content().toString(StandardCharsets.UTF_8)).contains("\"offset\":" + i + ",");
			headers.add(answer.headers());
			answer.release();
		}
		assertThat(headers.get(8)).isSameAs(headers.get(0));
		assertThat(headers.get(10)).isSameAs(headers.get(9)).isNotSameAs(headers.get(8));
	}

	@Test
	void publicationWhoseAddressHasHalfAnEscapeShouldBeLeftToTheServer() {
		serve(this.channels);
		for (String query : List.of("x=%&channel=a", "channel=a&x=%f", "channel=a&x=%zz", "channel=a&%")) {
			HttpRequest head = publication();
			head.setUri("/comet/publish?" + query);
			assertHandedOn(head, last("m"));
		}
		read(publication().setUri("/comet/publish?channel=%61&x=%25"), last("m"));
		assertThat(answer()).startsWith("200 ").contains("\"offset\":1,");
	}

	@Test
	void keyShouldBeLookedUpOnce() {
		serve(this.channels);
		read(publication(), last("m"));
		assertThat(answer()).startsWith("200 ");
		verify(this.authorization, times(1)).findKey(any(), any());
	}

	@Test
	void publicationThatHasToWaitShouldBeAnsweredInTheEnd() {
		Sinks.One<Position> position = Sinks.one();
		serve(channels(position.asMono()));
		read(publication(), last("m"));
		assertNoAnswer();
		assertThat(this.counts.running()).isOne();
		position.tryEmitValue(new Position(1, 7)).orThrow();
		assertThat(answer()).startsWith("200 ").contains("\"offset\":7,");
		assertThat(this.counts.running()).isZero();
	}

	@Test
	void publicationThatHangsShouldBeAnsweredInTheEnd() {
		serve(channels(Mono.never()));
		read(publication(), last("m"));
		this.connection.advanceTimeBy(1, TimeUnit.MINUTES);
		this.connection.runScheduledPendingTasks();
		this.connection.runPendingTasks();
		assertThat(answer()).startsWith("504 ").contains("unknown-outcome");
		assertThat(this.counts.running()).isZero();
	}

	@Test
	void publicationWhenThePublisherLeavesShouldNotBeWaitedFor() {
		Sinks.One<Position> position = Sinks.one();
		serve(channels(position.asMono()));
		read(publication(), last("m"));
		assertThat(position.currentSubscriberCount()).isOne();
		this.connection.close();
		assertThat(position.currentSubscriberCount()).isZero();
		assertThat(this.counts.running()).isZero();
	}

	private static Channels channels(Mono<Position> publication) {
		Channel channel = mock(Channel.class);
		given(channel.format()).willReturn(MessageFormat.TEXT);
		given(channel.publish("m")).willReturn(publication);
		Channels channels = mock(Channels.class);
		given(channels.find("a")).willReturn(Mono.just(channel));
		return channels;
	}

}
