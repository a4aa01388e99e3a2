package io.github.cometspring.test;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Transport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CometTester} where legacy polls are answered on all paths.
 */
@SpringBootTest(classes = { OpenApplication.class, LegacyEverywhereTests.Rights.class }, properties = "comet.path=/**")
@AutoConfigureCometTester
class LegacyEverywhereTests {

	@Autowired
	private CometTester tester;

	@Autowired
	private Channels channels;

	private CometTester comet;

	private Channel news;

	private Channel other;

	@BeforeEach
	void create() {
		this.comet = this.tester.over(Transport.LEGACY);
		this.channels.list().flatMap(Channel::close).blockLast();
		this.news = this.channels.create("news").block();
		this.other = this.channels.create("other").block();
	}

	@Test
	void subscribeShouldNeedLegacyPollsOnly() {
		TestSubscription page = this.comet.subscribe("news", "other", "unknown");
		page.expectEnded("unknown");
		this.news.publish("1").block();
		page.expectMessage("1").cut();
		this.other.publish("2").block();
		page.resume().expectMessage("2");
	}

	@Test
	void subscribeWhenCursorIsGivenShouldStartThere() {
		Cursor cursor = this.news.cursor().block();
		this.news.publish("1").block();
		TestSubscription page = this.comet.subscribe(cursor, "news", "other").expectMessage("1");
		assertThat(page.cursor().knows("other")).isTrue();
		this.comet.subscribe(Cursor.EARLIEST, "news").expectMessage("1");
	}

	@Test
	void subscribeWhenAllAreRefusedShouldFail() {
		CometRefusal refusal = this.comet.expectRefused(CometRefusal.Reason.FORBIDDEN, "secret");
		assertThat(refusal.status()).isEqualTo(403);
		assertThat(refusal.channels()).containsExactly("secret");
		this.comet.subscribe("secret", "news").expectRefused("secret");
	}

	@Test
	void subscribeOverAnotherTransportShouldFindNoEndpoint() {
		this.tester.over(Transport.SSE).expectRefused(CometRefusal.Reason.NO_ENDPOINT, "news");
		this.tester.over(Transport.WEBSOCKET).expectRefused(CometRefusal.Reason.NO_ENDPOINT, "news");
	}

	static class Rights {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> Mono.just(!channel.equals("secret"));
		}

	}

}
