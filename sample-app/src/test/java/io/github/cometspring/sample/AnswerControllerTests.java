package io.github.cometspring.sample;

import java.time.Duration;

import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.typed.TypedChannels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AnswerController}.
 */
class AnswerControllerTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final String QUESTION = "{\"question\":\"Why?\"}";

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(1, this.time);

	private final Answers answers = new Answers(
			new TypedChannels(new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 1000, Schedulers.immediate()),
					ChannelSettings.DEFAULT, JsonMapper.builder().build()),
			new SimulatedModel(this.time), new AuctionProperties(false, 0, Duration.ofSeconds(60),
					Duration.ofSeconds(10), Duration.ofSeconds(8), false, ""));

	private final WebTestClient client = WebTestClient.bindToController(new AnswerController(this.answers))
		.configureClient()
		.responseTimeout(PATIENCE)
		.build();

	@AfterEach
	void dispose() {
		this.answers.destroy();
		this.broker.dispose();
	}

	private WebTestClient.ResponseSpec ask(String body) {
		return this.client.post()
			.uri("/api/answers")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(body)
			.exchange();
	}

	@Test
	void askShouldGiveTheBeginningOfTheAnswer() {
		ask(QUESTION).expectStatus()
			.isCreated()
			.expectBody()
			.jsonPath("$.channel")
			.value(String.class, (channel) -> assertThat(channel).startsWith("answers/"))
			.jsonPath("$.cursor")
			.isNotEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"question\":\" \"}", "{\"question\":null}", "[]", "" })
	void askWhenThereIsNoQuestionShouldBeRefused(String body) {
		ask(body).expectStatus().isBadRequest();
		assertThat(this.answers.running()).isZero();
	}

	@Test
	void askWhenQuestionIsTooLongShouldBeRefused() {
		ask("{\"question\":\"%s\"}".formatted("x".repeat(501))).expectStatus().isBadRequest();
	}

	@Test
	void askWhenThereAreTooManyAnswersShouldBeRefusedForNow() {
		ask(QUESTION).expectStatus().isCreated();
		ask(QUESTION).expectStatus().isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
		assertThat(this.answers.running()).isOne();
	}

	@Test
	void stopShouldMakeRoomForAnother() {
		String channel = "answers/".concat(name());
		assertThat(this.broker.find(channel).blockOptional(PATIENCE)).isPresent();
		for (int i = 0; i < 2; i++) {
			this.client.delete().uri("/api/" + channel).exchange().expectStatus().isNoContent();
		}
		assertThat(this.answers.running()).isZero();
		ask(QUESTION).expectStatus().isCreated();
	}

	private String name() {
		return this.answers.ask("Why?")
			.map((handle) -> handle.channel().substring("answers/".length()))
			.blockOptional(PATIENCE)
			.orElseThrow();
	}

}
