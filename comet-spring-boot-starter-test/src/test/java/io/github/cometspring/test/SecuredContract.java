package io.github.cometspring.test;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.Transport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a tester promises behind Spring Security, over each transport.
 */
abstract class SecuredContract {

	@Autowired
	private CometTester comet;

	@Autowired
	private Channels channels;

	@Autowired
	private CometControl control;

	/** A tester whose user anna has logged in. */
	abstract CometTester anna(CometTester comet);

	@ParameterizedTest
	@EnumSource
	void userShouldBeKnown(Transport transport) {
		Channel account = this.channels.obtain("accounts/anna").block();
		TestSubscription page = anna(this.comet.over(transport)).subscribe("accounts/anna");
		account.publish("1").block();
		page.expectMessage("1");
	}

	@ParameterizedTest
	@EnumSource
	void channelOfSomebodyElseShouldBeRefused(Transport transport) {
		CometRefusal refusal = anna(this.comet.over(transport)).expectRefused(CometRefusal.Reason.FORBIDDEN,
				"accounts/bob");
		assertThat(refusal.status()).isEqualTo(403);
		assertThat(refusal.channels()).containsExactly("accounts/bob");
	}

	@ParameterizedTest
	@EnumSource
	void refusalOfOneChannelShouldLeaveTheOthersAlone(Transport transport) {
		Channel news = this.channels.obtain("news").block();
		TestSubscription page = anna(this.comet.over(transport)).subscribe("accounts/bob", "news");
		page.expectRefused("accounts/bob");
		news.publish("1").block();
		page.expectMessage("1");
	}

	@ParameterizedTest
	@EnumSource
	void resumeWhenAllButTheRefusedHaveEndedShouldTellBoth(Transport transport) {
		Channel auction = this.channels.obtain("auction").block();
		TestSubscription page = anna(this.comet.over(transport)).subscribe("accounts/bob", "auction");
		page.expectRefused("accounts/bob").cut();
		auction.close().block();
		page.resume().expectRefused("accounts/bob").expectEnded("auction");
	}

	@ParameterizedTest
	@EnumSource
	void clientWithoutLogInShouldBeRefused(Transport transport) {
		CometRefusal refusal = this.comet.over(transport).expectRefused(CometRefusal.Reason.LOGIN, "news");
		assertThat(refusal.status()).isEqualTo(401);
	}

	@ParameterizedTest
	@EnumSource
	void userWhoIsDisconnectedShouldBeToldToLogIn(Transport transport) {
		this.channels.obtain("accounts/anna").block();
		TestSubscription page = anna(this.comet.over(transport)).subscribe("accounts/anna");
		// Several times: between two polls there is no client that could be ended.
		Disposable orders = Flux.interval(Duration.ofMillis(20))
			.concatMap((number) -> this.control.disconnect("anna"))
			.subscribe();
		try {
			page.expectExpired();
		}
		finally {
			orders.dispose();
		}
	}

}
