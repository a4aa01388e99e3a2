package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelDefaults;
import io.github.cometspring.channel.ChannelGrants;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.KeyInUseException;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.MessageTooLargeException;
import io.github.cometspring.channel.OnceOutcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.PublicationObserver;
import io.github.cometspring.channel.TooManyChannelsException;
import io.github.cometspring.security.PublishKeys;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.PublishAuthorization;
import io.github.cometspring.subscription.PublishCounts;
import io.github.cometspring.subscription.PublishOutcome;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;

/**
 * What publishers are told when messages cannot be published, by channels that answer at
 * once and by those for which one has to wait. One class, as all of it runs with channels
 * of both kinds.
 */
@ParameterizedClass
@ValueSource(booleans = { true, false })
class PublishRunTests {

	// A broker that fails is an error of the server, and Reactor warns of errors of the
	// JVM.
	@RegisterExtension
	static final QuietLog log = new QuietLog(PublishFailure.class.getName(), "reactor.core.Exceptions");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String KEY = "0123456789abcdef0123456789abcdef";

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final EventLoop loop = new SchedulerClientSockets(this.time, 1, PATIENCE).of(null).loop();

	private final PublishCounts counts = new PublishCounts();

	private final Channels channels = mock(Channels.class);

	private final Channel channel = mock(Channel.class);

	private final Set<String> failing = new HashSet<>();

	private final AtomicInteger published = new AtomicInteger();

	@Parameter
	private boolean atOnce;

	private boolean creating;

	@BeforeEach
	void connect() {
		given(this.channels.find(anyString())).willReturn(made(Mono.just(this.channel)));
		given(this.channel.format()).willReturn(MessageFormat.TEXT);
		given(this.channel.publish(anyString())).willAnswer((call) -> {
			String data = call.getArgument(0);
			if (this.failing.contains(data)) {
				return made(Mono.error(new BrokerUnavailableException(null, data.equals("lost"))));
			}
			Mono<Position> position = Mono.fromSupplier(() -> new Position(1, this.published.incrementAndGet()));
			return data.equals("hang") ? Mono.never() : made(position);
		});
	}

	/**
	 * A publisher that has its value at once, or after a subscription only.
	 */
	private <T> Mono<T> made(Mono<T> mono) {
		return this.atOnce ? mono : mono.hide();
	}

	@AfterEach
	void dispose() {
		this.time.dispose();
	}

	private PublishPolicy policy(Channels channels) {
		return new PublishPolicy(channels,
				new PublishAuthorization(new PublishKeys(List.of(KEY)), null, Duration.ofSeconds(5)), () -> true,
				new PublishLimits(100, 10, this.creating, Duration.ofMinutes(10)), this.counts);
	}

	private TestSubscriber<PollAnswer> publish(Channels channels, String query, Map<String, String> more, String body) {
		Function<String, List<String>> headers = (name) -> Stream
			.of(name.equals(CometHeaders.API_KEY) ? KEY : more.getOrDefault(name, ""))
			.filter((value) -> !value.isEmpty())
			.toList();
		TestSubscriber<PollAnswer> answer = TestSubscriber.create();
		PublishPolicy policy = policy(channels);
		policy
			.answer(query, headers, body.getBytes(StandardCharsets.UTF_8), policy.findKey(headers), Caller.UNKNOWN,
					this.loop)
			.subscribe(answer);
		this.time.advanceTime();
		return answer;
	}

	private static String text(TestSubscriber<PollAnswer> answer) {
		PollAnswer received = answer.expectTerminalSignal().isOnComplete() ? answer.getReceivedOnNext().get(0) : null;
		assertThat(received).isNotNull();
		return received.status().value() + " " + new String(received.body(), StandardCharsets.UTF_8);
	}

	private String publishLines(String... data) {
		return publishLines(this.channels, Map.of(), data);
	}

	private String publishLines(Channels channels, Map<String, String> more, String... data) {
		StringBuilder lines = new StringBuilder();
		for (String each : data) {
			lines.append("{\"channel\":\"a\",\"data\":\"").append(each).append("\"}\n");
		}
		Map<String, String> headers = new HashMap<>(more);
		headers.put("Content-Type", "application/x-ndjson");
		return text(publish(channels, "", headers, lines.toString()));
	}

	@Test
	void messagesShouldKeepTheirOrderWhicheverHaveToWait() {
		List<String> order = new ArrayList<>();
		given(this.channel.publish(anyString())).willAnswer((call) -> {
			String data = call.getArgument(0);
			Mono<Position> position = Mono.fromSupplier(() -> {
				order.add(data);
				return new Position(1, order.size());
			});
			return data.startsWith("late") ? position.hide() : made(position);
		});
		assertThat(publishLines("1", "2", "late 3", "4", "late 5")).startsWith("200 ")
			.containsSubsequence("\"offset\":1,", "\"offset\":2,", "\"offset\":3,", "\"offset\":4,", "\"offset\":5,");
		assertThat(order).containsExactly("1", "2", "late 3", "4", "late 5");
		assertThat(this.counts.of(PublishOutcome.ACCEPTED)).isEqualTo(5);
		assertThat(this.counts.running()).isZero();
	}

	@Test
	void channelShouldBeAskedOnceWhetherOneHasToWaitOrNot() {
		assertThat(publishLines("1", "2", "3")).startsWith("200 ");
		then(this.channels).should().find("a");
		then(this.channel).should().publish("1");
		then(this.channel).should().publish("2");
		then(this.channel).should().publish("3");
	}

	@Test
	void messageShouldBeObservedOnce() {
		List<String> observed = new ArrayList<>();
		PublicationObserver observer = new PublicationObserver() {
			@Override
			public <T> Mono<T> publish(String channel, Operation operation, Mono<T> publication) {
				observed.add(channel);
				return made(publication);
			}
		};
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);
		DefaultChannels channels = new DefaultChannels(broker, ChannelDefaults.of(ChannelSettings.DEFAULT), 100,
				this.time, ChannelGrants.NONE, observer);
		channels.create("a").block(PATIENCE);
		assertThat(publishLines(channels, Map.of(), "1", "2", "3")).startsWith("200 ")
			.containsSubsequence("\"offset\":1", "\"offset\":2", "\"offset\":3");
		assertThat(observed).hasSize(3);
		broker.dispose();
	}

	@Test
	void messageInMemoryShouldBePublishedAtOnce() {
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);
		DefaultChannels channels = new DefaultChannels(broker, ChannelSettings.DEFAULT, 100, this.time);
		for (boolean creating : new boolean[] { true, false }) {
			this.creating = creating;
			Mono<PollAnswer> answer = policy(channels).answer("channel=a", (name) -> List.of(),
					"m".getBytes(StandardCharsets.UTF_8), "name", Caller.UNKNOWN, this.loop);
			assertThat(answer).isInstanceOfSatisfying(Callable.class,
					(known) -> assertThatNoException().isThrownBy(known::call));
		}
		assertThat(broker.find("a").map((log) -> log.readAll().messages()).block(PATIENCE)).extracting(Message::data)
			.containsExactly("m", "m");
		assertThat(this.counts.of(PublishOutcome.ACCEPTED)).isEqualTo(2);
		broker.dispose();
	}

	@Test
	void requestShouldBeCountedUntilItIsAnswered() {
		TestSubscriber<PollAnswer> answer = publish(this.channels, "channel=a", Map.of(), "hang");
		assertThat(this.counts.running()).isOne();
		this.time.advanceTimeBy(PublishPolicy.TIMEOUT.plusSeconds(1));
		assertThat(text(answer)).startsWith("504 ");
		assertThat(this.counts.running()).isZero();
		TestSubscriber<PollAnswer> gone = publish(this.channels, "channel=a", Map.of(), "hang");
		gone.cancel();
		assertThat(this.counts.running()).isZero();
	}

	@Test
	void messageAfterFailureShouldNotBeTried() {
		this.failing.add("bad");
		assertThat(publishLines("1", "bad", "2", "3")).startsWith("207 ")
			.containsSubsequence("\"offset\":1", "\"error\":\"unavailable\"", "\"error\":\"not-tried\"",
					"\"error\":\"not-tried\"");
		assertThat(this.published).hasValue(1);
		assertThat(this.counts.of(PublishOutcome.ACCEPTED)).isOne();
		assertThat(this.counts.of(PublishOutcome.UNAVAILABLE)).isEqualTo(3);
	}

	@Test
	void messageAfterOneThatIsUnderWayShouldNotBeTried() {
		given(this.channel.publishOnce(eq("under way"), any())).willReturn(Mono.error(new KeyInUseException("a")));
		given(this.channel.publishOnce(eq("next"), any()))
			.willReturn(Mono.fromSupplier(() -> new OnceOutcome(new Position(1, 1), false)));
		Map<String, String> key = Map.of(CometHeaders.IDEMPOTENCY_KEY, "k");
		assertThat(publishLines(this.channels, key, "under way", "next")).startsWith("207 ")
			.containsSubsequence("\"error\":\"key-in-use\"", "\"error\":\"not-tried\"");
	}

	@Test
	void messageAfterOneWhoseOutcomeStaysUnknownShouldBePublishedInTheEnd() {
		ChannelLog log = mock(ChannelLog.class);
		given(log.id()).willReturn("a");
		given(log.touch()).willReturn(true);
		given(log.settings()).willReturn(ChannelSettings.DEFAULT);
		given(log.append("lost")).willReturn(Mono.error(new BrokerUnavailableException(null, true)));
		given(log.append("next")).willReturn(Mono.just(new Position(1, 1)));
		ChannelBroker broker = mock(ChannelBroker.class);
		given(broker.find("a")).willReturn(Mono.just(log));
		DefaultChannels channels = new DefaultChannels(broker, ChannelSettings.DEFAULT, 100, this.time);
		Map<String, String> key = Map.of(CometHeaders.IDEMPOTENCY_KEY, "k");
		assertThat(publishLines(channels, key, "lost", "next")).containsSubsequence("unknown-outcome", "not-tried");
		assertThat(publishLines(channels, key, "lost", "next")).containsSubsequence("unknown-outcome", "\"offset\":1");
		assertThat(publishLines(channels, key, "lost", "next")).containsSubsequence("unknown-outcome", "repeated");
	}

	@Test
	void channelWhenItEndsMeanwhileShouldBeCreatedAgain() {
		this.creating = true;
		Channel ended = mock(Channel.class);
		given(ended.format()).willReturn(MessageFormat.TEXT);
		given(ended.publish(anyString())).willReturn(made(Mono.error(new ChannelClosedException("a"))));
		given(this.channels.obtain("a")).willReturn(made(Mono.just(ended))).willReturn(made(Mono.just(this.channel)));
		assertThat(publishLines("1", "2")).startsWith("200 ").containsSubsequence("\"offset\":1", "\"offset\":2");
		// A channel that cannot live is not created for ever.
		given(this.channels.obtain("a")).willReturn(made(Mono.just(ended)));
		assertThat(publishLines("1", "2")).startsWith("404 ");
	}

	@Test
	void messageWhenItsAnswerIsLostShouldHaveAnUnknownOutcome() {
		this.failing.add("lost");
		assertThat(publishLines("lost")).startsWith("504 ").contains("unknown-outcome", "not known");
		assertThat(this.counts.of(PublishOutcome.UNKNOWN)).isOne();
	}

	@Test
	void messageWhenBrokerHangsShouldHaveAnUnknownOutcomeInTheEnd() {
		TestSubscriber<PollAnswer> answer = publish(this.channels, "", Map.of("Content-Type", "application/x-ndjson"),
				"{\"channel\":\"a\",\"data\":\"1\"}{\"channel\":\"a\",\"data\":\"hang\"}{\"channel\":\"a\",\"data\":\"2\"}");
		assertThat(answer.isTerminated()).isFalse();
		this.time.advanceTimeBy(PublishPolicy.TIMEOUT);
		assertThat(text(answer)).startsWith("207 ")
			.containsSubsequence("\"offset\":1", "\"error\":\"unknown-outcome\"", "\"error\":\"not-tried\"");
		assertThat(this.published).hasValue(1);
	}

	static Stream<Arguments> failures() {
		return Stream.of(Arguments.of(new MessageTooLargeException("a", 2, 1), "413", "too-large"),
				Arguments.of(new ChannelClosedException("a"), "404", "unknown-channel"),
				Arguments.of(new TooManyChannelsException("a", 1), "503", "too-many-channels"),
				Arguments.of(new KeyInUseException("a"), "409", "key-in-use"),
				Arguments.of(new BrokerUnavailableException(null, false), "503", "unavailable"),
				Arguments.of(new BrokerUnavailableException(null, true), "504", "unknown-outcome"),
				Arguments.of(new IllegalStateException("secret"), "500", "failed"),
				Arguments.of(new NoClassDefFoundError("secret"), "500", "failed"));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void failureShouldHaveItsResult(Throwable failure, String status, String error) {
		given(this.channel.publish(anyString())).willReturn(made(Mono.error(failure)));
		assertThat(text(publish(this.channels, "channel=a", Map.of(), "m"))).startsWith(status + " ")
			.contains("\"error\":\"" + error + "\"")
			.doesNotContain("secret");
	}

	@Test
	void requestWhenRepeatedShouldCompleteWhatIsMissing() {
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);
		DefaultChannels channels = new DefaultChannels(broker, ChannelSettings.DEFAULT, 100, this.time);
		channels.create("a").block(PATIENCE);
		Map<String, String> key = Map.of(CometHeaders.IDEMPOTENCY_KEY, "k");
		String query = "channel=a&channel=b";
		assertThat(text(publish(channels, query, key, "m"))).startsWith("207 ").contains("\"offset\":1", "404");
		channels.create("b").block(PATIENCE);
		assertThat(text(publish(channels, query, key, "m"))).startsWith("200 ")
			.containsSubsequence("\"channel\":\"a\"", "\"offset\":1", "\"repeated\":true", "\"channel\":\"b\"",
					"\"offset\":1");
		assertThat(text(publish(channels, query, key, "m"))).containsSubsequence("repeated", "repeated");
		broker.dispose();
	}

}
