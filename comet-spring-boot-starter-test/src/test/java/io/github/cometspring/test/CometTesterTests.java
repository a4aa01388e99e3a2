package io.github.cometspring.test;

import java.time.Duration;

import io.github.cometspring.channel.Channels;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link CometTester} in process.
 */
@SpringBootTest(classes = OpenApplication.class, properties = "comet.allowed-origins=https://shop.example")
@AutoConfigureCometTester
class CometTesterTests extends CometTesterContract {

	@Autowired
	private CometTester tester;

	@Test
	void expectMessageWhenNothingComesShouldFailInTime() {
		TestSubscription page = this.tester.withTimeout(Duration.ofSeconds(2)).subscribe("news");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> page.expectMessage("1"))
			.withMessageContaining("Expected the message '1' within PT2S, but nothing came");
	}

	@Test
	void subscribeWhenThereAreNoChannelsShouldFail() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.tester.subscribe());
	}

	@Test
	void ordersWhenThereIsNoChannelShouldFail() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.tester.end("nothing"))
			.withMessageContaining("'nothing'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.tester.makeGap("nothing"))
			.withMessageContaining("'nothing'");
	}

	@Test
	void ordersWhenBoundToUrlAloneShouldFail() {
		CometTester remote = CometTester.bindToServer("http://localhost:1");
		assertThatIllegalStateException().isThrownBy(remote::deactivate).withMessageContaining("bound to a URL alone");
		assertThatIllegalStateException().isThrownBy(() -> remote.asUser("anna").subscribe("news"))
			.withMessageContaining("withToken");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> remote.subscribe("news"))
			.withMessageContaining("the request failed");
	}

	@Test
	void bindToApplicationContextShouldNeedNothingElse(@Autowired ApplicationContext context,
			@Autowired Channels channels) {
		CometTester other = CometTester.bindToApplicationContext(context);
		try (TestSubscription page = other.subscribe("news")) {
			channels.find("news").flatMap((news) -> news.publish("1")).block();
			page.expectMessage("1");
		}
	}

}
