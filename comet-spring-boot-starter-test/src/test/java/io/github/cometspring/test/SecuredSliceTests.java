package io.github.cometspring.test;

import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;
import org.springframework.test.context.ContextConfiguration;

/**
 * Tests for {@link CometTester} in the slice, behind Spring Security.
 */
@WebFluxTest
@ContextConfiguration(classes = SecuredApplication.class)
@AutoConfigureCometTester
class SecuredSliceTests extends SecuredContract {

	@Override
	CometTester anna(CometTester comet) {
		return comet.asUser("anna");
	}

}
