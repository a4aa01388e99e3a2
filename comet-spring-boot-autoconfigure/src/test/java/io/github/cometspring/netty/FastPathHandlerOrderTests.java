package io.github.cometspring.netty;

import java.io.IOException;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of requests that come one behind another, and of those whose connection
 * ends.
 */
class FastPathHandlerOrderTests extends EmbeddedFastPath {

	@Test
	void pollBehindServersRequestShouldTakeTheDefaultPathUntilThatIsAnswered() {
		read(get(), LastHttpContent.EMPTY_LAST_CONTENT, head(), last("registration=x"));
		assertThat(this.connection.inboundMessages()).hasSize(4);
		respond();
		read(head(), last("registration=y"));
		assertThat(this.connection.inboundMessages()).hasSize(6);
		respond();
		respond();
		read(head(), last("registration=z"));
		assertThat(answer()).isEqualTo("200 z:ENDED_CHANNEL");
		assertThat(this.connection.inboundMessages()).hasSize(6);
	}

	@Test
	void interimAnswerShouldNotCountAsAnswer() {
		read(get(), LastHttpContent.EMPTY_LAST_CONTENT);
		respond(HttpResponseStatus.CONTINUE);
		read(head(), last("registration=x"));
		assertThat(this.connection.inboundMessages()).hasSize(4);
		assertNoAnswer();
	}

	@Test
	void requestsWhilePollIsHeldShouldWait() {
		read(head(), last("registration=a"), head(), last("registration=x"), get(), LastHttpContent.EMPTY_LAST_CONTENT,
				head(), last("registration=y"));
		assertThat(held()).isEqualTo(1);
		assertNoAnswer();
		assertNothingHandedOn();
		publish("m");
		assertThat(answer()).isEqualTo("200 a:m");
		assertThat(answer()).isEqualTo("200 x:ENDED_CHANNEL");
		assertNoAnswer();
		// The poll behind the server's request is handed on, too.
		assertThat(this.connection.inboundMessages()).hasSize(4);
	}

	@Test
	void halfRequestWhilePollIsHeldShouldTakeTheDefaultPath() {
		read(head(), last("registration=a"), head(), content("registration"));
		publish("m");
		assertThat(answer()).isEqualTo("200 a:m");
		assertThat(this.connection.inboundMessages()).hasSize(2);
		read(last("=x"));
		assertThat(this.connection.inboundMessages()).hasSize(3);
		assertNoAnswer();
	}

	@Test
	void manyRequestsAtOnceShouldBeAnsweredInOrderAndNeedNoStack() {
		int count = 20_000;
		this.connection.writeOneInbound(head());
		this.connection.writeOneInbound(last("registration=a"));
		for (int i = 0; i < count; i++) {
			this.connection.writeOneInbound(head());
			this.connection.writeOneInbound(last("registration=x" + i));
		}
		this.connection.flushInbound();
		publish("m");
		assertThat(answer()).isEqualTo("200 a:m");
		for (int i = 0; i < count; i++) {
			assertThat(answer()).isEqualTo("200 x" + i + ":ENDED_CHANNEL");
		}
		assertNothingHandedOn();
	}

	@Test
	void connectionShouldBeReadWhilePollIsHeldWhateverWaits() {
		int before = this.reads.count;
		read(head(), last("registration=a"));
		assertThat(this.reads.count).isGreaterThan(before);
		int held = this.reads.count;
		read(head(), last("registration=a"));
		assertThat(this.reads.count).isGreaterThan(held);
		held = this.reads.count;
		publish("m");
		assertThat(this.reads.count).isGreaterThan(held);
	}

	@Test
	void pollWhenConnectionClosesShouldEnd() {
		read(head(), last("registration=a"), head(), last("registration=a"));
		this.connection.close();
		assertThat(held()).isZero();
	}

	@Test
	void pollWhenConnectionFailsShouldEnd() {
		read(head(), last("registration=a"));
		this.connection.pipeline().fireExceptionCaught(new IOException("reset"));
		this.connection.runPendingTasks();
		assertThat(this.connection.isOpen()).isFalse();
		assertThat(held()).isZero();
	}

}
