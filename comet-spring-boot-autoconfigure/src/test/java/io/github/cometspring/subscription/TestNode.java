package io.github.cometspring.subscription;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.security.ChannelAuthorizer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.test.util.ReflectionTestUtils;

/**
 * A node that serves polls, in virtual time.
 */
final class TestNode {

	static final Duration TIMEOUT = Duration.ofSeconds(20);

	static final Duration AUTHORIZATION_TIMEOUT = Duration.ofSeconds(5);

	static final SubscriptionLimits LIMITS = new SubscriptionLimits(null, 100, 1000, Duration.ofSeconds(15));

	/** A message takes a byte a character. */
	static final Dialect DIALECT = new Dialect(Transport.LEGACY, (message) -> message.data().length());

	final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);

	final DefaultChannels channels;

	final CometControl control;

	final Subscriptions subscriptions;

	final EventLoop loop;

	TestNode(Options options) {
		this.channels = new DefaultChannels(this.broker, options.settings, 1_000_000, this.time);
		this.control = options.control;
		this.subscriptions = new Subscriptions(this.broker, options.control,
				(options.authorizer != null) ? new Authorization(options.authorizer, AUTHORIZATION_TIMEOUT,
						options.maxAge, options.logins, this::wallClock) : null,
				options.limits);
		this.loop = (options.loop != null) ? options.loop : new SchedulerEventLoop(this.time);
	}

	/**
	 * The time of the day, which begins with the epoch.
	 */
	Instant wallClock() {
		return Instant.EPOCH.plusNanos(this.time.now(TimeUnit.NANOSECONDS));
	}

	static TestNode create() {
		return new TestNode(new Options());
	}

	static Options with() {
		return new Options();
	}

	Channel channel(String name) {
		return Objects.requireNonNull(this.channels.obtain(name).block(TIMEOUT));
	}

	ChannelLog log(String name) {
		return Objects.requireNonNull(this.broker.find(name).block(TIMEOUT));
	}

	void publish(String name, String... data) {
		for (String text : data) {
			channel(name).publish(text).block(TIMEOUT);
		}
	}

	/**
	 * Delivers a message and subscribes to the outcome.
	 */
	TestSubscriber<Outcome> deliver(String name, String data) {
		TestSubscriber<Outcome> outcome = TestSubscriber.create();
		channel(name).deliver(data).subscribe(outcome);
		return outcome;
	}

	Flux<Batch> open(Cursor cursor, String... channels) {
		return open(Mono.just(SubscriptionRequest.of(List.of(channels), cursor, null, Mono.empty())));
	}

	Flux<Batch> open(Mono<SubscriptionRequest> request) {
		return this.subscriptions.open(DIALECT, this.loop, request);
	}

	TestSubscriber<Batch> poll(String... channels) {
		return poll(Cursor.LATEST, channels);
	}

	TestSubscriber<Batch> poll(Cursor cursor, String... channels) {
		TestSubscriber<Batch> poll = TestSubscriber.create();
		open(cursor, channels).subscribe(poll);
		return poll;
	}

	/**
	 * The only batch of a poll that has ended.
	 */
	static Batch answer(TestSubscriber<Batch> poll) {
		if (!poll.isTerminatedComplete() || poll.getReceivedOnNext().size() != 1) {
			throw new AssertionError("Not answered once: " + poll.getReceivedOnNext() + ", " + poll);
		}
		return poll.getReceivedOnNext().get(0);
	}

	/**
	 * The entries that the client reads: each message as {@code channel=data}, a gap as
	 * {@code channel!gap} before and an end as {@code channel!ended} after them.
	 */
	static List<String> received(TestSubscriber<Batch> poll) {
		return answer(poll).segments().stream().flatMap((segment) -> {
			List<String> texts = new ArrayList<>();
			if (segment.isGap()) {
				texts.add(segment.channel() + "!gap");
			}
			for (Message message : segment.messages()) {
				texts.add(segment.channel() + "=" + message.data());
			}
			if (segment.isEnded()) {
				texts.add(segment.channel() + "!ended");
			}
			return texts.stream();
		}).toList();
	}

	static @Nullable Ending ending(TestSubscriber<Batch> poll) {
		return answer(poll).ending();
	}

	static Cursor cursor(TestSubscriber<Batch> poll) {
		return answer(poll).cursor();
	}

	int connections() {
		return this.subscriptions.connections(Transport.LEGACY);
	}

	/**
	 * The number of lanes that the loops keep.
	 */
	int lanes() {
		return lanes(this.subscriptions);
	}

	static int lanes(Subscriptions subscriptions) {
		return homes(subscriptions).mapToInt((home) -> field(home, "lanes").size()).sum();
	}

	/**
	 * The number of clients whose rights end by themselves.
	 */
	int limitedRights() {
		return homes(this.subscriptions).mapToInt((home) -> ((LoopSubscriptions) home).moments().size()).sum();
	}

	/**
	 * The number of deadline queues that the loops keep.
	 */
	int deadlineQueues() {
		return homes(this.subscriptions).mapToInt((home) -> field(home, "deadlines").size()).sum();
	}

	private static Stream<?> homes(Subscriptions subscriptions) {
		return field(subscriptions, "loops").values().stream();
	}

	private static Map<?, ?> field(Object target, String name) {
		return (Map<?, ?>) Objects.requireNonNull(ReflectionTestUtils.getField(target, name));
	}

	static final class Options {

		private ChannelSettings settings = ChannelSettings.DEFAULT;

		private SubscriptionLimits limits = LIMITS;

		private CometControl control = new CometControl(TIMEOUT);

		private @Nullable ChannelAuthorizer authorizer;

		private @Nullable EventLoop loop;

		private @Nullable Duration maxAge;

		private LoginExpiry logins = LoginExpiry.NEVER;

		Options history(int size) {
			this.settings = new ChannelSettings(size, ChannelSettings.DEFAULT.historyMaxAge(), null,
					MessageFormat.TEXT);
			return this;
		}

		Options settings(ChannelSettings settings) {
			this.settings = settings;
			return this;
		}

		Options maxConnections(int maxConnections) {
			this.limits = new SubscriptionLimits(maxConnections, LIMITS.maxChannels(), LIMITS.maxResponseSize(),
					LIMITS.heartbeat());
			return this;
		}

		Options limits(SubscriptionLimits limits) {
			this.limits = limits;
			return this;
		}

		Options control(CometControl control) {
			this.control = control;
			return this;
		}

		Options authorizer(ChannelAuthorizer authorizer) {
			this.authorizer = authorizer;
			return this;
		}

		Options maxAge(Duration maxAge) {
			this.maxAge = maxAge;
			return this;
		}

		Options logins(LoginExpiry logins) {
			this.logins = logins;
			return this;
		}

		Options loop(EventLoop loop) {
			this.loop = loop;
			return this;
		}

		TestNode node() {
			return new TestNode(this);
		}

	}

}
