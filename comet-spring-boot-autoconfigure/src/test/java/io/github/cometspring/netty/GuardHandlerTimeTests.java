package io.github.cometspring.netty;

import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GuardHandler}: what has to come in time, and what has all time.
 */
class GuardHandlerTimeTests extends GuardedConnection {

	@Test
	void connectionThatSendsNothingShouldBeCut() {
		assertCutAfter(PATIENCE);
	}

	@Test
	void headThatComesByteByByteShouldBeCutAfterItsTime() {
		assertSlowHeadIsCut();
	}

	@Test
	void laterHeadThatComesByteByByteShouldBeCutAfterItsTime() {
		this.application.prompt = true;
		send(get(0));
		pass(IDLE - 1);
		assertSlowHeadIsCut();
	}

	@Test
	void restOfBodyThatIsNotWaitedForShouldComeInTime() {
		this.application.prompt = true;
		send("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
		for (int i = 0; i < PATIENCE; i++) {
			assertOpen();
			send("x");
			pass(1);
		}
		assertThat(this.connection.isOpen()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void headThatBeginsInThePieceOfAnotherRequestShouldComeInTime(boolean prompt) {
		this.application.prompt = prompt;
		send(POST.formatted(0) + "body" + get(1) + POST.formatted(2) + "body" + get(3).substring(0, 9));
		for (int i = 0; !prompt && i < 3; i++) {
			pass(IDLE);
			respond();
		}
		assertThat(this.application.seen).containsExactly("/0", "/1", "/2");
		assertCutAfter(PATIENCE);
	}

	@Test
	void headThatBeginsWhileAnotherRequestIsAnsweredShouldComeInTime() {
		send(get(0));
		send(get(1).substring(0, 9));
		pass(IDLE);
		respond();
		pass(PATIENCE - 1);
		assertOpen();
		send(get(1).substring(9) + get(2).substring(0, 9));
		assertThat(this.application.seen).containsExactly("/0", "/1");
		respond();
		assertCutAfter(PATIENCE);
	}

	@Test
	void idleConnectionShouldBeCutLater() {
		this.application.prompt = true;
		for (int i = 0; i < 3; i++) {
			send(POST.formatted(i) + "body");
			pass(IDLE - 1);
			assertOpen();
		}
		assertCutAfter(1);
	}

	@Test
	void requestThatIsBeingAnsweredShouldHaveAllTime() {
		send(get(0) + get(1).substring(0, 5));
		pass(100 * IDLE);
		assertOpen();
		this.connection.pipeline().fireUserEventTriggered("begin");
		pass(100 * IDLE);
		assertOpen();
	}

	@Test
	void bodyThatTheApplicationWaitsForShouldHaveAllTime() {
		send(POST.formatted(0) + "bo");
		pass(100 * IDLE);
		assertOpen();
	}

	@Test
	void answerThatIsStillBeingTakenShouldHaveAllTime() {
		Brake brake = new Brake();
		this.connection.pipeline().addFirst(brake);
		brake.on = true;
		this.application.prompt = true;
		send(get(0));
		pass(10 * IDLE);
		assertOpen();
		brake.on = false;
		this.connection.flush();
		assertCutAfter(IDLE);
	}

	@Test
	void otherProtocolShouldHaveAllTime() {
		send(get(0));
		this.connection
			.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS));
		assertThat(this.connection.pipeline().get(PlainPipeline.GUARD)).isNull();
		pass(100 * IDLE);
		assertOpen();
	}

}
