package io.github.cometspring.test;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Transport;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;

/**
 * Tests for {@link CometTester} where legacy polls are the only transport, and clients
 * may read nothing but what is meant for them.
 */
@SpringBootTest(classes = { OpenApplication.class, LegacyOnlyTests.Rights.class },
		properties = "comet.transports=legacy")
@AutoConfigureCometTester
class LegacyOnlyTests {

	@Autowired
	private CometTester tester;

	@Autowired
	private Channels channels;

	@Test
	void subscribeWhenNoOtherChannelMayBeReadShouldBeAdmitted() {
		Channel news = this.channels.obtain("news").block();
		TestSubscription page = this.tester.over(Transport.LEGACY).subscribe("news");
		news.publish("1").block();
		page.expectMessage("1").cut();
		news.publish("2").block();
		page.resume().expectMessage("2");
	}

	@Test
	void subscribeWhenRefusedShouldFail() {
		this.tester.over(Transport.LEGACY).expectRefused(CometRefusal.Reason.FORBIDDEN, "other");
	}

	static class Rights {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> Mono.just(channel.equals("news"));
		}

	}

}
