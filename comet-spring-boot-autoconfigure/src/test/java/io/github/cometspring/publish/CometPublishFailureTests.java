package io.github.cometspring.publish;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

import io.github.cometspring.channel.Channels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.cometspring.publish.PublishingApplication.published;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what becomes of a {@link CometPublish} that cannot publish: what is wrong with
 * the annotation fails the start, and all else is logged and the method goes on.
 */
@ExtendWith(OutputCaptureExtension.class)
class CometPublishFailureTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final ApplicationContextRunner runner = PublishingApplication.runner().withBean(Shop.class, Shop::new);

	@Test
	void errorOfPublicationShouldBeLoggedAndNotFailTheMethod(CapturedOutput output) {
		this.runner.run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.value(new Order("no name at all", 1))).isEqualTo(new Receipt(1));
			assertThat(shop.value(new Order(null, 2))).isEqualTo(new Receipt(2));
			assertThat(output).containsOnlyOnce("could not be published").contains("Shop.value");
			assertThat(context.getBean(Channels.class).find("orders/").blockOptional(PATIENCE)).isEmpty();
		});
	}

	@Test
	void missingClassInExpressionShouldBeLoggedAndNotFailTheMethod(CapturedOutput output) {
		this.runner.run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.broken()).isEqualTo(new Receipt(1));
			StepVerifier.create(shop.brokenMono()).expectNext(new Receipt(1)).expectComplete().verify(PATIENCE);
			assertThat(output).contains("could not be published").contains("Shop.broken");
			assertThat(published(context, "whole")).hasSize(2);
		});
	}

	@Test
	void errorOnOneChannelShouldNotPreventOthers() {
		this.runner.run((context) -> {
			context.getBean(Channels.class).obtain("text").block(PATIENCE);
			context.getBean(Shop.class).two();
			assertThat(published(context, "json")).hasSize(1);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { ReturnsVoid.class, ReturnsFuture.class, ReturnsConnectableFlux.class,
			ReturnsOwnFuture.class, WrongExpression.class, UnknownProperty.class })
	<T> void startWhenAnnotationIsInvalidShouldFailAndNameMethod(Class<T> type) {
		this.runner.withBean(type)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("@CometPublish on %s.publish".formatted(type.getName())));
	}

	record Order(String customer, int number) {
	}

	record Receipt(int number) {
	}

	static class Shop {

		@CometPublish("orders/{#order.customer}")
		Receipt value(Order order) {
			return new Receipt(order.number());
		}

		@CometPublish({ "{T(io.github.cometspring.publish.CometPublishFailureTests$Broken).NAME}", "whole" })
		Receipt broken() {
			return new Receipt(1);
		}

		@CometPublish({ "{T(io.github.cometspring.publish.CometPublishFailureTests$Broken).NAME}", "whole" })
		Mono<Receipt> brokenMono() {
			return Mono.fromSupplier(() -> new Receipt(1));
		}

		@CometPublish({ "text", "json" })
		Receipt two() {
			return new Receipt(1);
		}

	}

	/** A class that cannot be initialized. */
	public static final class Broken {

		public static final String NAME = name();

		private Broken() {
		}

		private static String name() {
			throw new NoClassDefFoundError("on purpose");
		}

	}

	static class ReturnsVoid {

		@CometPublish("a")
		void publish() {
		}

	}

	static class ReturnsFuture {

		@CometPublish("a")
		Future<String> publish() {
			return null;
		}

	}

	static class ReturnsConnectableFlux {

		@CometPublish("a")
		ConnectableFlux<String> publish() {
			return Flux.just("a").publish();
		}

	}

	static class ReturnsOwnFuture {

		@CometPublish("a")
		OwnFuture publish() {
			return new OwnFuture();
		}

	}

	static class OwnFuture extends CompletableFuture<String> {

	}

	static class WrongExpression {

		@CometPublish("a/{#b.}")
		String publish() {
			return "";
		}

	}

	static class UnknownProperty {

		@CometPublish("a/${is.not.there}")
		String publish() {
			return "";
		}

	}

}
