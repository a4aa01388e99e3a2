package io.github.cometspring.netty;

import java.io.IOException;

import io.github.cometspring.web.LegacyPollDialect;
import io.github.cometspring.web.SchedulerClientSockets;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What arrives, message by message. What the channel reads at its end has taken the
 * default path.
 */
class FastPathHandlerTests extends EmbeddedFastPath {

	@Test
	void pollShouldBeAnsweredAndNotHandedOn() {
		read(head(), last("registration=x"));
		assertThat(answer()).isEqualTo("200 x:ENDED_CHANNEL");
		assertNothingHandedOn();
	}

	@Test
	void pollWhenBodyComesInPartsOfOneReadShouldBeAnswered() {
		read(head(), content("regis"), content(""), content("tration"), content("=x%0"), last("Ay"));
		assertThat(answer()).isEqualTo("200 x:ENDED_CHANNEL\ny:ENDED_CHANNEL");
		assertNothingHandedOn();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3 })
	void pollWhenReadCompletesBeforeItsEndShouldBeHandedOnInFull(int parts) {
		Object[] all = { head(), content("regis"), content("tration"), last("=x") };
		for (int i = 0; i < parts; i++) {
			this.connection.writeOneInbound(all[i]);
		}
		assertNothingHandedOn();
		this.connection.flushInbound();
		for (int i = parts; i < all.length; i++) {
			read(all[i]);
		}
		for (Object part : all) {
			assertThat(this.connection.<Object>readInbound()).isSameAs(part);
		}
		assertNoAnswer();
		assertThat(this.buffers).allSatisfy((buffer) -> assertThat(buffer.refCnt()).isEqualTo(1));
		this.buffers.forEach(ByteBuf::release);
	}

	@Test
	void pollWhenRefusedShouldBeHandedOnInFull() {
		assertHandedOn(head(), last("registration="));
		assertHandedOn(head(), content("registration=1%0A2"), last("%0A3%0A4"));
		this.control.deactivate().block(PATIENCE);
		assertHandedOn(head(), content("registration=x"), LastHttpContent.EMPTY_LAST_CONTENT);
		this.control.activate().block(PATIENCE);
		assertThat(held()).isZero();
	}

	@Test
	void pollWhenItCannotBeReadForAnErrorShouldBeHandedOnAndTakeNoSlot() {
		HttpRequest head = head();
		head.headers().set("Content-Type", "broken/read");
		assertHandedOn(head, last("registration=a"));
		assertThat(held()).isZero();
	}

	@Test
	void pollWhenItCannotBeAnsweredForAnErrorShouldAnswer500AndTakeNoSlot() {
		HttpRequest head = head();
		head.headers().set("Content-Type", "broken/answer");
		read(head, last("registration=a"));
		assertThat(held()).isOne();
		publish("m");
		assertThat(answer()).isEqualTo("500 ");
		assertThat(held()).isZero();
	}

	@Test
	void handlerWhenProtocolIsSwitchedShouldGo() {
		read(get(), LastHttpContent.EMPTY_LAST_CONTENT);
		respond(HttpResponseStatus.SWITCHING_PROTOCOLS);
		assertThat(this.connection.pipeline().get(PlainPipeline.FAST_PATH)).isNull();
	}

	@Test
	void connectionWhenPollIsHandedOnShouldBeReadByOthers() {
		int before = this.reads.count;
		read(get(), LastHttpContent.EMPTY_LAST_CONTENT);
		read(head(), last("registration="));
		assertThat(this.reads.count).isEqualTo(before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "nothing", "head", "half", "held", "waiting", "half waiting", "answered", "server" })
	void handlerWhenRemovedShouldLeaveNothing(String state) {
		switch (state) {
			case "head" -> this.connection.writeOneInbound(head());
			case "half" -> {
				this.connection.writeOneInbound(head());
				this.connection.writeOneInbound(content("regis"));
			}
			case "held" -> read(head(), last("registration=a"));
			case "waiting" -> read(head(), last("registration=a"), head(), last("registration=a"));
			case "half waiting" -> read(head(), last("registration=a"), head(), content("registration=a"));
			case "answered" -> read(head(), last("registration=x"));
			case "server" -> read(get(), LastHttpContent.EMPTY_LAST_CONTENT);
			default -> assertNothingHandedOn();
		}
		this.connection.pipeline().remove(PlainPipeline.FAST_PATH);
		assertThat(held()).isZero();
		assertThat(this.buffers).allSatisfy((buffer) -> assertThat(buffer.refCnt()).isZero());
		publish("m");
		this.connection.runPendingTasks();
		if (!state.equals("answered")) {
			assertNoAnswer();
		}
	}

	@Test
	void failureWhenNoPollIsHeldShouldBePassedOn() {
		IOException failure = new IOException("reset");
		this.connection.pipeline().fireExceptionCaught(failure);
		assertThatExceptionOfType(IOException.class).isThrownBy(this.connection::checkException).isSameAs(failure);
	}

	@Test
	void pollWhenKilledShouldAnswer503() {
		read(head(), last("registration=a"));
		this.control.deactivate().block(PATIENCE);
		this.connection.runPendingTasks();
		assertThat(answer()).isEqualTo("503 ");
	}

	@Test
	void pollsWhenSlotsAreTakenShouldBeHandedOn() {
		Flux.range(0, 5)
			.map((i) -> this.subscriptions.connect(new LegacyPollDialect().dialect(),
					new SchedulerClientSockets(this.time, 1, PATIENCE).of(null).loop()))
			.collectList()
			.doOnNext((taken) -> {
				read(head(), last("registration=x"));
				assertThat(this.connection.inboundMessages()).hasSize(2);
				taken.forEach((client) -> client.close());
			})
			.block(PATIENCE);
	}

}
