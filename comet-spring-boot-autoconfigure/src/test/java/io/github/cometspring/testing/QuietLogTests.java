package io.github.cometspring.testing;

import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link QuietLog}: a watch that does not work would look like a quiet log.
 */
class QuietLogTests {

	@Test
	void afterAllWhenWarnedWhileServerRunsShouldFail() {
		QuietLog log = new QuietLog("exempt");
		log.beforeAll(mock());
		CometServer server = CometServer.start();
		LoggerFactory.getLogger("exempt").warn("This is fine");
		LoggerFactory.getLogger("io.github.cometspring").info("So is this");
		assertThat(log.complaints()).isEmpty();
		assertThat(log.ownMessages()).anyMatch((message) -> message.contains("So is this"));
		LoggerFactory.getLogger("any").warn("This is not");
		server.close();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> log.afterAll(mock()))
			.withMessageContaining("This is not");
	}

}
