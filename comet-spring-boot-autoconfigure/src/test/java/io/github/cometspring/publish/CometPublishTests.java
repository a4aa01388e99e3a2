package io.github.cometspring.publish;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.cometspring.autoconfigure.CometAutoConfiguration;
import io.github.cometspring.autoconfigure.CometPublishAutoConfiguration;
import io.github.cometspring.autoconfigure.CometTypedAutoConfiguration;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link CometPublish}, with the beans of the starter.
 */
@ExtendWith(OutputCaptureExtension.class)
class CometPublishTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Order ORDER = new Order("ada", 7);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class,
				CometAutoConfiguration.class, CometTypedAutoConfiguration.class, JacksonAutoConfiguration.class,
				CometPublishAutoConfiguration.class))
		.withPropertyValues("shop.channel=special")
		.withBean("tenants", Tenants.class, Tenants::new)
		.withBean(Shop.class, Shop::new);

	private static List<String> published(ApplicationContext context, String channel) {
		Channels channels = context.getBean(Channels.class);
		return channels.find(channel)
			.flatMapMany((found) -> found.deliver("\"end\"").thenMany(found.messages(Cursor.EARLIEST)))
			.map(Message::data)
			.takeUntil("\"end\""::equals)
			.filter((text) -> !text.equals("\"end\""))
			.collectList()
			.block(PATIENCE);
	}

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

	@Test
	void adviceShouldGoAroundOthers() {
		this.runner.withBean("advised", Advised.class, () -> {
			ProxyFactory factory = new ProxyFactory(new Advised());
			factory.setProxyTargetClass(true);
			factory.addAdvice((MethodInterceptor) (invocation) -> invocation.proceed() + " committed");
			return (Advised) factory.getProxy();
		}).run((context) -> {
			assertThat(context.getBean(Advised.class).name()).isEqualTo("advised committed");
			assertThat(published(context, "advised")).containsExactly("advised committed");
		});
	}

	@Test
	void beanWithoutAnnotationShouldHaveNoProxy() {
		this.runner.run((context) -> {
			assertThat(AopUtils.isAopProxy(context.getBean(Tenants.class))).isFalse();
			assertThat(AopUtils.isCglibProxy(context.getBean(Shop.class))).isTrue();
		});
	}

	@Test
	void annotationOfInterfaceShouldCount() {
		this.runner.withBean(Desk.class, DeskOfCode::new).run((context) -> {
			context.getBean(Desk.class).ring();
			assertThat(published(context, "desk")).containsExactly("ring");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { ReturnsVoid.class, ReturnsFuture.class, WrongExpression.class, UnknownProperty.class })
	<T> void startWhenAnnotationIsInvalidShouldFailAndNameMethod(Class<T> type) {
		this.runner.withBean(type)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("@CometPublish on %s.publish".formatted(type.getName())));
	}

	@Test
	void postProcessorWhenCometIsOffShouldNotBeThere() {
		this.runner.withPropertyValues("comet.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CometPublishPostProcessor.class));
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
		Mono<Receipt> failingMono() {
			return Mono.error(new IllegalStateException("on purpose"));
		}

		@CometPublish({ "{T(io.github.cometspring.publish.CometPublishTests$Broken).NAME}", "whole" })
		Receipt broken() {
			return new Receipt(1);
		}

		@CometPublish({ "{T(io.github.cometspring.publish.CometPublishTests$Broken).NAME}", "whole" })
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

	static class Advised {

		@CometPublish("advised")
		String name() {
			return "advised";
		}

	}

	interface Desk {

		@CometPublish("desk")
		String ring();

	}

	static class DeskOfCode implements Desk {

		@Override
		public String ring() {
			return "ring";
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
