package io.github.cometspring.test;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.subscription.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link CometTester} against a port, with a base path.
 */
@SpringBootTest(classes = OpenApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "spring.webflux.base-path=/shop", "comet.path=/push", "comet.shutdown.spread=0s",
				"comet.allowed-origins=https://shop.example" })
@AutoConfigureCometTester
class CometTesterIT extends CometTesterContract {

	@Autowired
	private CometTester tester;

	@Test
	void asUserShouldAskForCredentials() {
		assertThatIllegalStateException().isThrownBy(() -> this.tester.asUser("anna").subscribe("news"))
			.withMessageContaining("withBasicAuth");
	}

	@Test
	void bindToServerShouldReachIt(@LocalServerPort int port, @Autowired ApplicationContext context,
			@Autowired Channels channels) {
		String url = "http://localhost:" + port + "/shop";
		try (TestSubscription page = CometTester.bindToServer(url).withPath("/push").subscribe("news");
				TestSubscription other = CometTester.bindToServer(url, context).subscribe("news")) {
			channels.find("news").flatMap((news) -> news.publish("1")).block();
			page.expectMessage("1");
			other.expectMessage("1");
		}
	}

	@ParameterizedTest
	@EnumSource
	void bindToServerWhenUrlEndsWithSlashShouldReachIt(Transport transport, @LocalServerPort int port,
			@Autowired Channels channels) {
		CometTester slash = CometTester.bindToServer("http://localhost:" + port + "/shop/").withPath("/push");
		try (TestSubscription page = slash.over(transport).subscribe("news")) {
			channels.find("news").flatMap((news) -> news.publish("1")).block();
			page.expectMessage("1");
		}
	}

}
