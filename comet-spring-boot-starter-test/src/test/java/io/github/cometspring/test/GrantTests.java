package io.github.cometspring.test;

import java.time.Duration;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.subscription.Transport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/**
 * Tests for grants of {@link CometTester}.
 */
@SpringBootTest(classes = OpenApplication.class, properties = "comet.grants.keys=0123456789abcdef0123456789abcdef")
@AutoConfigureCometTester
class GrantTests {

	@Autowired
	private CometTester comet;

	@Autowired
	private Channels channels;

	@ParameterizedTest
	@EnumSource
	void grantShouldBePresented(Transport transport) {
		this.channels.obtain("orders/1").block();
		CometTester comet = this.comet.over(transport);
		comet.withGrants(this.channels.grant("orders/1", Duration.ofMinutes(1))).subscribe("orders/1");
		comet.expectRefused(CometRefusal.Reason.FORBIDDEN, "orders/1");
	}

}
