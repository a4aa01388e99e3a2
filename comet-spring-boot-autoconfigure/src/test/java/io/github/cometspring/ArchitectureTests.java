package io.github.cometspring;

import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscriber;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who may import whom. Each rule is also held against violations that are planted, and
 * has to find them. One class, as the classes are read once for all rules.
 */
class ArchitectureTests {

	private static final String ROOT = "io.github.cometspring";

	private static final String PLANTED = ROOT + ".architecture.planted";

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages(ROOT);

	private static final JavaClasses PLANTED_CLASSES = new ClassFileImporter().importPackages(PLANTED);

	private static final String[] REACTOR = { "reactor.core..", "reactor.util..", "org.reactivestreams.." };

	private static final String[] SECURITY = { "reactor.core..", "reactor.util..", "org.reactivestreams..",
			"javax.crypto.." };

	private static final String[] WEB = { "reactor.core..", "reactor.util..", "org.reactivestreams..",
			"reactor.netty..", "io.netty..", "org.springframework.context..", "org.springframework.core..",
			"org.springframework.http..", "org.springframework.util..", "org.springframework.web..", "tools.jackson..",
			"com.fasterxml.jackson.." };

	private static final String[] NETTY = { "reactor.core..", "reactor.util..", "org.reactivestreams..",
			"javax.net.ssl..", "reactor.netty..", "io.netty..", "org.springframework.core..",
			"org.springframework.http..", "org.springframework.util..", "org.springframework.web.server..",
			"org.springframework.web.reactive.socket.." };

	private static final String[] WIRE = { "tools.jackson.core.." };

	private static final String[] CLIENT = { "reactor.core..", "reactor.util..", "org.reactivestreams..",
			"org.springframework.core..", "org.springframework.http..", "org.springframework.web.." };

	private static final String[] JSON = { "reactor.core..", "org.reactivestreams..", "tools.jackson..",
			"com.fasterxml.jackson..", "org.springframework.core.." };

	private static final String[] REDIS = { "reactor.core..", "reactor.util..", "org.reactivestreams..",
			"org.springframework.data..", "org.springframework.core..", "org.springframework.dao..", "io.lettuce..",
			"io.netty.channel..", "io.netty.handler.flush.." };

	private static final String[] EVENT = { "reactor.core..", "reactor.util..", "org.reactivestreams..",
			"org.springframework.context..", "org.springframework.core.." };

	private static final String[] PUBLISH = { "reactor.core..", "reactor.util..", "org.reactivestreams..",
			"org.aopalliance..", "org.springframework.aop..", "org.springframework.aot..",
			"org.springframework.beans..", "org.springframework.context..", "org.springframework.core..",
			"org.springframework.expression..", "org.springframework.util..", "tools.jackson.core.." };

	private static final String[] KOTLIN = { "kotlin..", "kotlinx.coroutines..", "org.jetbrains.annotations..",
			"reactor.core..", "org.reactivestreams..", "tools.jackson.core.." };

	private static final String[] METRICS = { "reactor.core..", "reactor.util..", "org.reactivestreams..",
			"io.micrometer.." };

	private static final String[] OBSERVATION = { "reactor.core..", "reactor.util..", "io.micrometer.common..",
			"io.micrometer.observation.." };

	private static final String[] ACTUATE = { "reactor..", "org.reactivestreams..", "io.netty..", "io.micrometer..",
			"org.springframework.." };

	private static final Set<String> PACKAGES = Set.of("channel", "control", "protocol", "security", "subscription",
			"web", "netty", "typed", "client", "redis", "event", "publish", "kotlin", "metrics", "observation",
			"actuate", "autoconfigure");

	private static final Set<String> BLOCKING = Set.of("block", "blockOptional", "blockFirst", "blockLast",
			"toIterable", "toStream");

	private static final Set<String> TIMED_BY_WALL_CLOCK = Set.of("elapsed", "timed", "timestamp");

	/**
	 * Those who subscribe for nobody's sake but their own, or for a client of whom nobody
	 * wants to know, with the reason.
	 */
	private static final List<String> BEGINNINGS = List.of(
			// The server's own work, in no request
			"autoconfigure.CometShutdown", "subscription.Subscriptions", "subscription.Lane",
			// Results that are no publisher: their callers have no context
			"publish.PublicationQueues$Publication",
			// The request is over; the socket has kept what it needs
			"netty.DirectUpgradeStrategy",
			// Frames that are written to a socket: behind all decisions
			"web.SessionFrameWriter");

	private static final Set<String> CLASS_PATH = Set.of("getResource", "getResources", "getResourceAsStream",
			"resources", "loadClass", "forName", "isPresent", "resolveClassName", "load", "loadFactories",
			"loadFactoryNames");

	private static final Set<String> CLASS_PATH_OWNERS = Set.of("java.lang.Class", "java.lang.ClassLoader",
			"java.lang.Module", "java.util.ServiceLoader", "org.springframework.util.ClassUtils",
			"org.springframework.core.io.ResourceLoader");

	static Stream<Rule> rules() {
		return Stream.of(imports("channel", REACTOR, List.of(), "ChannelKnowsTooMuch", "ChannelKnowsSpring"),
				imports("control", REACTOR, List.of(), "ControlKnowsTooMuch"),
				imports("protocol", WIRE, List.of("channel"), "ProtocolKnowsTooMuch"),
				imports("security", SECURITY, List.of("channel"), "SecurityKnowsTooMuch"),
				imports("subscription", REACTOR, List.of("channel", "control", "security"), "SubscriptionKnowsTooMuch"),
				imports("web", WEB, List.of("subscription", "protocol", "channel"), "WebKnowsTooMuch"),
				imports("netty", NETTY, List.of("subscription", "protocol", "channel", "web"), "NettyKnowsTooMuch"),
				imports("typed", JSON, List.of("channel"), "TypedKnowsTooMuch"),
				imports("client", CLIENT, List.of("channel", "protocol"), "ClientKnowsTooMuch"),
				imports("redis", REDIS, List.of("channel", "control"), "RedisKnowsTooMuch"),
				imports("metrics", METRICS, List.of("channel", "subscription", "redis"), "MetricsKnowsTooMuch"),
				imports("observation", OBSERVATION, List.of("channel"), "ObservationKnowsTooMuch"),
				imports("event", EVENT, List.of("channel", "subscription"), "EventKnowsTooMuch"),
				imports("publish", PUBLISH, List.of("channel", "subscription", "typed"), "PublishKnowsTooMuch"),
				imports("kotlin", KOTLIN, List.of("channel", "typed"), "KotlinKnowsTooMuch"),
				imports("actuate", ACTUATE, List.of("channel", "control", "subscription"), "ActuateKnowsTooMuch"),
				new Rule("nobody imports autoconfigure",
						(root) -> noClasses().that()
							.resideOutsideOfPackage(root + ".autoconfigure..")
							.should()
							.dependOnClassesThat()
							.resideInAPackage(root + ".autoconfigure.."),
						"ActuateKnowsWiring"),
				new Rule("Spring Boot is known in actuate and autoconfigure only",
						(root) -> noClasses().that()
							.resideOutsideOfPackages(root + ".actuate..", root + ".autoconfigure..")
							.should()
							.dependOnClassesThat()
							.resideInAPackage("org.springframework.boot.."),
						"WebKnowsBoot"),
				new Rule("Kotlin is known in kotlin only",
						(root) -> noClasses().that()
							.resideOutsideOfPackage(root + ".kotlin..")
							.should()
							.dependOnClassesThat()
							.resideInAnyPackage(root + ".kotlin..", "kotlin..", "kotlinx.."),
						"TypedKnowsKotlin"),
				new Rule("no cycles", (root) -> slices().matching(root + ".(*)..").should().beFreeOfCycles(),
						"ChannelKnowsTooMuch", "ControlKnowsTooMuch"),
				new Rule("every package is in the table",
						(root) -> classes().should()
							.resideInAnyPackage(
									PACKAGES.stream().map((name) -> root + "." + name + "..").toArray(String[]::new)),
						"UnmarkedPackage"),
				new Rule("every package is null-marked", (root) -> classes().should(liveInNullMarkedPackage()),
						"UnmarkedPackage"),
				new Rule("no java.util.logging", (root) -> GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING,
						"OldLogger"),
				new Rule("no standard streams", (root) -> GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS,
						"StandardOutput", "StandardError"),
				new Rule("who subscribes hands on a context",
						(root) -> classes().that(doNotBegin()).should(handOnContext()), "ForgetsContext",
						"SubscribesWithoutContext"),
				new Rule("each class that is looked up on the class path has a hint for native images",
						(root) -> noClasses().that()
							.doNotHaveSimpleName("BrowserClientHandler")
							.and()
							.doNotHaveSimpleName("LoopbackGuard")
							.and()
							.doNotHaveSimpleName("CometExposurePostProcessor")
							.and()
							.doNotHaveSimpleName("RedisScript")
							.should()
							.callMethodWhere(looksOnClassPath())
							.orShould()
							.dependOnClassesThat()
							.resideInAPackage("org.springframework.core.io.support..")
							.orShould()
							.dependOnClassesThat()
							.haveSimpleName("ClassPathResource")
							.because("what they look for is to be added to CometRuntimeHints"),
						"ResourceLoading", "ClassLoading"),
				new Rule("nobody blocks", (root) -> noClasses().should().callMethodWhere(blocks()), "BlockingMono",
						"BlockingFlux"),
				new Rule("durations are measured by monotonic time",
						(root) -> noClasses().that()
							.doNotHaveFullyQualifiedName(root + ".channel.MonotonicTime")
							.and()
							// A permission ends at a time of the day.
							.doNotHaveFullyQualifiedName(root + ".subscription.Authorization")
							.and()
							// Retry-After may name a date.
							.doNotHaveFullyQualifiedName(root + ".client.Refusals")
							.and()
							// A grant ends at a time that all nodes have to agree on.
							.doNotHaveFullyQualifiedName(root + ".security.SignedGrants")
							.and()
							// So does a token.
							.doNotHaveFullyQualifiedName(root + ".autoconfigure.SecurityLogins")
							.should()
							.accessTargetWhere(tellsWallClock()),
						"TellsWallClock$ByMillis", "TellsWallClock$ByInstant", "TellsWallClock$ByClock",
						"TellsWallClock$ByScheduler", "TellsWallClock$ByOperator"));
	}

	private static DescribedPredicate<JavaClass> doNotBegin() {
		return DescribedPredicate.describe("do not begin something of their own",
				(type) -> BEGINNINGS.stream().noneMatch((name) -> type.getName().equals(ROOT + "." + name)));
	}

	/**
	 * What the application's filters put into the context, such as who is logged in, is
	 * lost behind a subscriber that has none.
	 */
	private static ArchCondition<JavaClass> handOnContext() {
		return new ArchCondition<>("hand on the context of the subscriber") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				boolean subscribes = type.isAssignableTo(CoreSubscriber.class) && !type.isInterface();
				if (subscribes && type.tryGetMethod("currentContext").isEmpty()) {
					events.add(SimpleConditionEvent.violated(type, type.getName() + " has no currentContext()"));
				}
				type.getMethodCallsFromSelf()
					.stream()
					.filter(ArchitectureTests::losesContext)
					.forEach((call) -> events.add(SimpleConditionEvent.violated(call, call.getDescription())));
			}

		};
	}

	private static boolean losesContext(JavaMethodCall call) {
		boolean byHand = call.getName().equals("subscribe") && (call.getTargetOwner().isAssignableTo(Mono.class)
				|| call.getTargetOwner().isAssignableTo(Flux.class));
		// A subscriber has its own.
		return byHand && call.getTarget()
			.getRawParameterTypes()
			.stream()
			.noneMatch((type) -> type.isAssignableTo(Subscriber.class) || type.isAssignableTo(Context.class));
	}

	private static Rule imports(String name, String[] libraries, List<String> packages, String... planted) {
		return new Rule(name + " imports what it may", (root) -> {
			Stream<String> own = Stream.concat(Stream.of(name), packages.stream())
				.map((known) -> root + "." + known + "..");
			Stream<String> allowed = Stream.concat(Stream.of("java..", "org.jspecify.."),
					Stream.concat(own, Stream.of(libraries)));
			return classes().that()
				.resideInAPackage(root + "." + name + "..")
				.should()
				.onlyDependOnClassesThat()
				.resideInAnyPackage(allowed.toArray(String[]::new))
				// A package of the table may not be there yet; the planted one is.
				.allowEmptyShould(true);
		}, planted);
	}

	private static ArchCondition<JavaClass> liveInNullMarkedPackage() {
		return new ArchCondition<>("live in a null-marked package") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
				events.add(new SimpleConditionEvent(type, marked, type.getName()));
			}

		};
	}

	private static DescribedPredicate<JavaMethodCall> blocks() {
		return DescribedPredicate.describe("blocks", (call) -> (call.getTargetOwner().isAssignableTo(Mono.class)
				|| call.getTargetOwner().isAssignableTo(Flux.class)) && BLOCKING.contains(call.getName()));
	}

	private static DescribedPredicate<JavaAccess<?>> tellsWallClock() {
		return DescribedPredicate.describe("tells the wall clock", (access) -> {
			JavaClass owner = access.getTargetOwner();
			String name = access.getName();
			return (owner.isEquivalentTo(System.class) && name.equals("currentTimeMillis"))
					|| (owner.getPackageName().startsWith("java.time") && name.equals("now"))
					|| owner.isAssignableTo(Clock.class) || owner.isAssignableTo(InstantSource.class)
					|| (owner.isAssignableTo(Scheduler.class) && name.equals("now"))
					|| (owner.isAssignableTo(CorePublisher.class) && TIMED_BY_WALL_CLOCK.contains(name));
		});
	}

	private static DescribedPredicate<JavaMethodCall> looksOnClassPath() {
		return DescribedPredicate.describe("looks on the class path", (call) -> CLASS_PATH.contains(call.getName())
				&& CLASS_PATH_OWNERS.stream().anyMatch((owner) -> call.getTargetOwner().isAssignableTo(owner)));
	}

	@ParameterizedTest
	@MethodSource("rules")
	void codeShouldKeepRule(Rule rule) {
		rule.in(ROOT).check(CLASSES);
	}

	@ParameterizedTest
	@MethodSource("rules")
	void ruleWhenViolationIsPlantedShouldFindIt(Rule rule) {
		List<String> found = rule.in(PLANTED).evaluate(PLANTED_CLASSES).getFailureReport().getDetails();
		assertThat(rule.planted()).isNotEmpty()
			.allSatisfy((name) -> assertThat(found).anyMatch((detail) -> detail.contains("." + name)));
	}

	@Test
	void codeShouldBeThere() {
		assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct()).contains(ROOT + ".channel",
				ROOT + ".web", ROOT + ".autoconfigure");
		assertThat(CLASSES.stream().map(JavaClass::getPackageName)).noneMatch((name) -> name.startsWith(PLANTED));
	}

	/**
	 * A rule.
	 *
	 * @param name what it demands
	 * @param rule the rule for all that is below a package
	 * @param planted the classes that break it
	 */
	record Rule(String name, Function<String, ArchRule> rule, List<String> planted) {

		Rule(String name, Function<String, ArchRule> rule, String... planted) {
			this(name, rule, List.of(planted));
		}

		ArchRule in(String root) {
			return this.rule.apply(root);
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
