package io.github.cometspring.test;

import org.springframework.test.context.TestContext;
import org.springframework.test.context.support.AbstractTestExecutionListener;

/**
 * Closes the subscriptions of a test after it: the context, and with it the tester, may
 * serve further tests.
 */
final class CometTesterTestExecutionListener extends AbstractTestExecutionListener {

	@Override
	public void afterTestMethod(TestContext testContext) {
		if (testContext.hasApplicationContext()) {
			testContext.getApplicationContext().getBeanProvider(CometTester.class).forEach(CometTester::reset);
		}
	}

}
