package io.github.cometspring.test;

import io.github.cometspring.channel.Channels;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.security.test.context.support.WithMockUser;
import org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers;

/**
 * Tests for {@link CometTester} in process, behind Spring Security.
 */
@SpringBootTest(classes = SecuredApplication.class)
@AutoConfigureCometTester
class SecuredTests extends SecuredContract {

	@Autowired
	private CometTester tester;

	@Autowired
	private Channels channels;

	@Override
	CometTester anna(CometTester comet) {
		return comet.asUser("anna");
	}

	@Test
	@WithMockUser("bea")
	void mockUserOfTheTestShouldCount() {
		this.channels.obtain("accounts/bea").block();
		this.tester.subscribe("accounts/bea");
		this.tester.expectRefused(CometRefusal.Reason.FORBIDDEN, "accounts/anna");
	}

	@Test
	void configurerShouldCount() {
		this.channels.obtain("accounts/cleo").block();
		this.tester.mutateWith(SecurityMockServerConfigurers.mockUser("cleo")).subscribe("accounts/cleo");
	}

	@Test
	void headersShouldCount() {
		this.channels.obtain("accounts/anna").block();
		this.tester.withBasicAuth("anna", "secret").subscribe("accounts/anna");
		this.tester.withBasicAuth("anna", "guess").expectRefused(CometRefusal.Reason.LOGIN, "accounts/anna");
	}

}
