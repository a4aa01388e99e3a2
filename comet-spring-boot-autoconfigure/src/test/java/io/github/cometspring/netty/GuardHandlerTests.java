package io.github.cometspring.netty;

import java.io.IOException;
import java.util.List;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GuardHandler}, behind a codec, in the time of an embedded channel.
 */
class GuardHandlerTests extends GuardedConnection {

	// What waits

	@Test
	void requestsShouldBeHandedOnOneAtATimeInOrder() {
		send(get(0) + get(1) + get(2) + get(3).substring(0, 9));
		assertThat(this.application.seen).containsExactly("/0");
		respond();
		assertThat(this.application.seen).containsExactly("/0", "/1");
		send(get(3).substring(9) + get(4));
		for (int i = 0; i < 4; i++) {
			respond();
		}
		assertThat(this.application.seen).containsExactly("/0", "/1", "/2", "/3", "/4");
		assertOpen();
	}

	@Test
	void sixteenRequestsMayWait() {
		StringBuilder all = new StringBuilder();
		for (int i = 0; i <= WaitingRequests.MOST; i++) {
			all.append(get(i));
		}
		send(all.toString());
		assertOpen();
		for (int i = 0; i <= WaitingRequests.MOST; i++) {
			assertThat(this.application.seen).hasSize(i + 1);
			respond();
			// And always another
			send(get(100 + i));
		}
		assertOpen();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void oneMoreShouldCutTheConnection(boolean inOnePiece) {
		StringBuilder all = new StringBuilder();
		for (int i = 0; i < 3_400; i++) {
			all.append(get(i));
			if (!inOnePiece && i < 100) {
				send(get(i));
			}
		}
		send(all.toString());
		assertThat(this.connection.isOpen()).isFalse();
		assertThat(this.application.seen).containsExactly("/0");
	}

	@Test
	void requestsThatAreAnsweredAtOnceShouldNotCount() {
		this.application.prompt = true;
		StringBuilder all = new StringBuilder();
		for (int i = 0; i < 1_000; i++) {
			all.append(get(i));
		}
		send(all.toString());
		assertThat(this.application.seen).hasSize(1_000);
		assertOpen();
	}

	@Test
	void bodyThatWaitsShouldBeBounded() {
		send(get(0) + "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n");
		String kilobyte = "x".repeat(1024);
		int sent = 0;
		while (this.connection.isOpen() && sent < 1_000) {
			send(kilobyte);
			sent++;
		}
		assertThat(sent).isBetween(64, 128);
	}

	@Test
	void bodyInTinyChunksThatWaitsShouldBeBounded() {
		send(get(0) + "POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + "1\r\nx\r\n".repeat(2_000));
		assertThat(this.connection.isOpen()).isFalse();
	}

	@Test
	void headersThatWaitShouldBeBounded() {
		StringBuilder all = new StringBuilder(get(0));
		for (int i = 0; i < 3; i++) {
			all.append("GET / HTTP/1.1\r\nHost: h\r\n" + "a:b\r\n".repeat(1_000) + "\r\n");
		}
		send(all.toString());
		assertThat(this.connection.isOpen()).isFalse();
	}

	@Test
	void bodyOfTheRequestThatIsAnsweredShouldBeHandedOn() {
		send("POST /0 HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
		for (int i = 0; i < 1_000; i++) {
			send("x".repeat(1_000));
		}
		assertOpen();
		assertThat(this.application.bytes).isEqualTo(1_000_000);
	}

	@Test
	void whatWaitsShouldBeReleasedWithTheConnection() {
		send(get(0) + POST.formatted(1) + "body");
		this.connection.close();
		assertThat(this.application.seen).containsExactly("/0");
	}

	// What is no HTTP

	@Test
	void malformedRequestShouldBeRefusedInItsTurn() {
		send(get(0) + get(1) + "NONSENSE\r\n\r\n" + get(2));
		assertThat(output()).isEmpty();
		respond();
		assertThat(output()).startsWith("HTTP/1.1 200");
		respond();
		assertThat(output()).startsWith("HTTP/1.1 200")
			.contains("HTTP/1.1 400", "connection: close")
			.endsWith("\r\n\r\n");
		assertThat(this.application.seen).containsExactly("/0", "/1");
		assertThat(this.connection.isOpen()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: h:x\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: [::1]:\r\n\r\n", "GET / HTTP/1.1\r\nX\u0000: y\r\n\r\n",
			"\u0016\u0003\u0001\r\n\r\n" })
	void whatTheServerWouldRefuseShouldBeRefusedAtOnce(String request) {
		send(request);
		assertThat(output()).startsWith("HTTP/1.1 400");
		assertThat(this.connection.isOpen()).isFalse();
		assertThat(this.application.seen).isEmpty();
	}

	@Test
	void tooMuchHeadShouldBeRefused() {
		send("GET /" + "x".repeat(5_000) + " HTTP/1.1\r\n\r\n");
		assertThat(output()).startsWith("HTTP/1.1 414");
		connect();
		send("GET / HTTP/1.1\r\nX: " + "x".repeat(9_000) + "\r\n\r\n");
		assertThat(output()).startsWith("HTTP/1.1 431");
	}

	@Test
	void malformedBodyShouldBeRefusedUnlessItsAnswerHasBegun() {
		String chunked = "POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
		send(chunked + "zz\r\n");
		assertThat(output()).startsWith("HTTP/1.1 400");
		connect();
		send(chunked);
		this.connection.pipeline().fireUserEventTriggered("begin");
		output();
		send("zz\r\n");
		assertThat(output()).isEmpty();
		assertThat(this.connection.isOpen()).isFalse();
	}

	@Test
	void malformedBodyThatWaitsShouldBeRefusedInPlaceOfItsRequest() {
		send(get(0) + "POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
		assertThat(output()).isEmpty();
		respond();
		assertThat(output()).startsWith("HTTP/1.1 200").contains("HTTP/1.1 400");
		assertThat(this.application.seen).containsExactly("/0");
	}

	@Test
	void whatSomebodyElseWantsToSeeShouldBePassedOn() {
		this.connection.pipeline().addLast("accessLog", new ChannelInboundHandlerAdapter());
		send("NONSENSE\r\n\r\n");
		assertThat(this.application.seen).hasSize(1);
		assertThat(output()).isEmpty();
	}

	// The end

	@Test
	void failureOfTheClientShouldCloseTheConnectionAndNotBeToldOf() {
		for (Throwable failure : List.of(new IOException("reset"), new DecoderException("not TLS"))) {
			connect();
			send(get(0));
			this.connection.pipeline().fireExceptionCaught(failure);
			assertThat(this.connection.isOpen()).isFalse();
			this.connection.checkException();
		}
	}

}
