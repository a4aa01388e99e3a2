package io.github.cometspring.autoconfigure;

import java.time.Duration;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.typed.TypedChannels;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests a slice test of an application's controllers.
 */
@WebFluxTest(controllers = WebFluxSliceTests.Bids.class,
		excludeAutoConfiguration = org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration.class)
@ContextConfiguration(classes = WebFluxSliceTests.Application.class)
class WebFluxSliceTests {

	@Autowired
	private WebTestClient client;

	@Autowired
	private Channels channels;

	@Test
	void controllerThatPublishesShouldGetChannels() {
		this.client.post().uri("/bids").bodyValue(42).exchange().expectStatus().isOk();
		assertThat(this.channels.find("bids")
			.flatMapMany((bids) -> bids.messages(Cursor.EARLIEST))
			.map(Message::data)
			.blockFirst(Duration.ofSeconds(5))).isEqualTo("42");
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@Import(Bids.class)
	static class Application {

	}

	@RestController
	static class Bids {

		private final TypedChannels channels;

		Bids(TypedChannels channels) {
			this.channels = channels;
		}

		@PostMapping("/bids")
		Mono<Void> bid(@RequestBody int amount) {
			return this.channels.obtain("bids", Integer.class).flatMap((bids) -> bids.publish(amount)).then();
		}

	}

}
