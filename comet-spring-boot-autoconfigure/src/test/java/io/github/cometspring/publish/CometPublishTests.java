package io.github.cometspring.publish;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.MessageFormat;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static io.github.cometspring.publish.PublishingApplication.published;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link CometPublish}, with the beans of the starter: what is published, when,
 * and on which channel.
 */
class CometPublishTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Order ORDER = new Order("ada", 7);

	private final ApplicationContextRunner runner = PublishingApplication.runner()
		.withPropertyValues("shop.channel=special")
		.withBean("tenants", Tenants.class, Tenants::new)
		.withBean(Shop.class, Shop::new);

	private static MessageFormat format(ApplicationContext context, String channel) {
		return context.getBean(Channels.class).find(channel).map(Channel::format).block(PATIENCE);
	}

	@Test
	void valueShouldBePublishedAsJson() {
		this.runner.run((context) -> {
			assertThat(context.getBean(Shop.class).value(ORDER)).isEqualTo(new Receipt(ORDER.number()));
			assertThat(published(context, "orders/ada")).containsExactly("{\"number\":7}");
			assertThat(format(context, "orders/ada")).isEqualTo(MessageFormat.JSON);
		});
	}

	@Test
	void textShouldBePublishedAsItIs() {
		this.runner.run((context) -> {
			context.getBean(Shop.class).text("Hello, \"world\"");
			assertThat(published(context, "headlines")).containsExactly("Hello, \"world\"");
			assertThat(format(context, "headlines")).isEqualTo(MessageFormat.TEXT);
		});
	}

	@Test
	void monoShouldEmitWhenItsValueIsPublished() {
		this.runner.run((context) -> {
			Mono<Receipt> result = context.getBean(Shop.class).mono(ORDER);
			assertThat(context.getBean(Channels.class).count().block(PATIENCE)).isZero();
			StepVerifier.create(result.doOnNext((receipt) -> assertThat(published(context, "mono/7")).hasSize(1)))
				.expectNext(new Receipt(7))
				.expectComplete()
				.verify(PATIENCE);
		});
	}

	@Test
	void fluxShouldPublishAtMostOneValueThatIsNotRequested() {
		this.runner.run((context) -> {
			StepVerifier.create(context.getBean(Shop.class).flux(), 1)
				.expectNext(new Receipt(1))
				.then(() -> assertThat(published(context, "flux/1")).hasSize(1))
				.then(() -> assertThat(context.getBean(Channels.class).find("flux/3").blockOptional(PATIENCE))
					.isEmpty())
				.thenRequest(2)
				.expectNext(new Receipt(2), new Receipt(3))
				.expectComplete()
				.verify(PATIENCE);
			assertThat(published(context, "flux/3")).containsExactly("{\"number\":3}");
		});
	}

	@Test
	void fluxThatFailsShouldEmitAndPublishTheValuesBeforeTheError() {
		this.runner.withBean(ChannelBroker.class, CometPublishTests::slow).run((context) -> {
			StepVerifier.create(context.getBean(Shop.class).failingFlux())
				.expectNext(new Receipt(1), new Receipt(2))
				.expectErrorMessage("on purpose")
				.verify(PATIENCE);
			assertThat(published(context, "failing")).hasSize(2);
		});
	}

	@Test
	void fluxThatCannotWaitShouldNotFailWhileTheBrokerIsSlow() {
		this.runner.withBean(ChannelBroker.class, CometPublishTests::slow)
			.run((context) -> StepVerifier.create(context.getBean(Shop.class).ticks())
				.expectNextCount(5)
				.expectComplete()
				.verify(PATIENCE));
	}

	@Test
	void futureShouldCompleteWhenItsValueIsPublished() {
		this.runner.run((context) -> {
			assertThat(context.getBean(Shop.class).future(ORDER)).succeedsWithin(PATIENCE).isEqualTo(new Receipt(7));
			assertThat(published(context, "future/ada")).hasSize(1);
		});
	}

	@Test
	void nameShouldHaveParametersResultBeansAndProperties() {
		this.runner.run((context) -> {
			context.getBean(Shop.class).everything("x", ORDER);
			assertThat(published(context, "special/x-ada/7/acme/ADA/x")).hasSize(1);
			assertThat(published(context, "all")).hasSize(1);
		});
	}

	@Test
	void valueShouldBeWrittenAsDeclared() {
		this.runner.run((context) -> {
			context.getBean(Shop.class).polymorphic().block(PATIENCE);
			assertThat(published(context, "polymorphic"))
				.containsExactly("[{\"@type\":\"CometPublishTests$Shipped\",\"number\":1}]");
		});
	}

	@Test
	void resultsThatAreNothingShouldPublishNothing() {
		this.runner.run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.nothing()).isNull();
			StepVerifier.create(shop.empty()).expectComplete().verify(PATIENCE);
			assertThatIllegalStateException().isThrownBy(shop::failing).withMessage("on purpose");
			StepVerifier.create(shop.failingMono()).expectErrorMessage("on purpose").verify(PATIENCE);
			assertThat(context.getBean(Channels.class).count().block(PATIENCE)).isZero();
		});
	}

	@Test
	void channelThatExistsShouldKeepItsSettings() {
		this.runner.run((context) -> {
			context.getBean(Channels.class)
				.create("orders/ada", ChannelSettings.DEFAULT.withHistorySize(2).withFormat(MessageFormat.JSON))
				.block(PATIENCE);
			Shop shop = context.getBean(Shop.class);
			Stream.of(1, 2, 3).forEach((number) -> shop.value(new Order("ada", number)));
			assertThat(published(context, "orders/ada")).containsExactly("{\"number\":3}");
		});
	}

	@Test
	void valuesShouldBePublishedInOrderWhileTheirChannelIsCreated() {
		Sinks.Empty<Void> answer = Sinks.empty();
		this.runner.withBean(ChannelBroker.class, () -> slowToCreate(answer.asMono())).run((context) -> {
			Shop shop = context.getBean(Shop.class);
			Stream.of(1, 2, 3).forEach((number) -> shop.value(new Order("ada", number)));
			shop.value(new Order("bea", 4));
			assertThat(published(context, "orders/bea")).containsExactly("{\"number\":4}");
			answer.tryEmitEmpty();
			assertThat(published(context, "orders/ada")).containsExactly("{\"number\":1}", "{\"number\":2}",
					"{\"number\":3}");
		});
	}

	/**
	 * A broker that takes its time to find a channel.
	 */
	private static ChannelBroker slow() {
		ChannelBroker broker = new InMemoryChannelBroker(null, VirtualTimeScheduler.create());
		return (ChannelBroker) Proxy.newProxyInstance(ChannelBroker.class.getClassLoader(),
				new Class<?>[] { ChannelBroker.class }, (proxy, method, arguments) -> {
					Object result = method.invoke(broker, arguments);
					return method.getName().equals("obtain") ? Mono.delay(Duration.ofMillis(50)).then((Mono<?>) result)
							: result;
				});
	}

	/**
	 * A broker that answers its first caller later, as one behind a network does while it
	 * creates a channel.
	 */
	private static ChannelBroker slowToCreate(Mono<Void> answer) {
		ChannelBroker broker = new InMemoryChannelBroker(null, VirtualTimeScheduler.create());
		AtomicBoolean answered = new AtomicBoolean();
		return (ChannelBroker) Proxy.newProxyInstance(ChannelBroker.class.getClassLoader(),
				new Class<?>[] { ChannelBroker.class }, (proxy, method, arguments) -> {
					Object result = method.invoke(broker, arguments);
					boolean first = method.getName().equals("obtain") && answered.compareAndSet(false, true);
					return first ? answer.then((Mono<?>) result) : result;
				});
	}

	record Order(String customer, int number) {
	}

	record Receipt(int number) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "@type")
	interface Event {

	}

	record Shipped(int number) implements Event {
	}

	static class Tenants {

		public String current() {
			return "acme";
		}

	}

	static class Shop {

		@CometPublish("orders/{#order.customer}")
		Receipt value(Order order) {
			return new Receipt(order.number());
		}

		@CometPublish("headlines")
		String text(String text) {
			return text;
		}

		@CometPublish("mono/{#result.number}")
		Mono<Receipt> mono(Order order) {
			return Mono.fromSupplier(() -> new Receipt(order.number()));
		}

		@CometPublish("flux/#{#result.number}")
		Flux<Receipt> flux() {
			return Flux.just(1, 2, 3).map(Receipt::new);
		}

		@CometPublish("future/{#p0.customer}")
		CompletableFuture<Receipt> future(Order order) {
			return CompletableFuture.supplyAsync(() -> new Receipt(order.number()));
		}

		@CometPublish({ "${shop.channel}/{#text}-{#order.customer}/{#result.number}/{@tenants.current()}/"
				+ "{#order.customer.toUpperCase()}/{#a0}", "all" })
		Receipt everything(String text, Order order) {
			return new Receipt(order.number());
		}

		@CometPublish("polymorphic")
		Mono<List<Event>> polymorphic() {
			return Mono.just(List.of(new Shipped(1)));
		}

		@CometPublish("nothing")
		Receipt nothing() {
			return null;
		}

		@CometPublish("empty")
		Mono<Void> empty() {
			return Mono.empty();
		}

		@CometPublish("failing")
		Receipt failing() {
			throw new IllegalStateException("on purpose");
		}

		@CometPublish("failing")
		Flux<Receipt> failingFlux() {
			return Flux.just(1, 2).map(Receipt::new).concatWith(failingMono());
		}

		@CometPublish("ticks")
		Flux<Long> ticks() {
			return Flux.interval(Duration.ofMillis(10)).take(5);
		}

		@CometPublish("failing")
		Mono<Receipt> failingMono() {
			return Mono.error(new IllegalStateException("on purpose"));
		}

	}

}
