package io.github.cometspring.test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

/**
 * Tests for {@link CometTester} against a port, behind Spring Security.
 */
@SpringBootTest(classes = SecuredApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = "comet.shutdown.spread=0s")
@AutoConfigureCometTester
class SecuredIT extends SecuredContract {

	@Override
	CometTester anna(CometTester comet) {
		return comet.withBasicAuth("anna", "secret");
	}

}
