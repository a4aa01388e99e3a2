package io.github.cometspring.subscription;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import io.github.cometspring.testing.QuietLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ClientQuotas}: the limits of each address and user. One class, as a
 * client that ends gives back what it has taken of both at once.
 */
class ClientQuotasTests {

	private static final String LOGGER = RefusalLog.class.getName();

	@RegisterExtension
	static final QuietLog log = new QuietLog(LOGGER);

	private final RecordingListener listener = new RecordingListener();

	private final TestNode node = TestNode.create();

	private Subscriptions subscriptions = limited(null, 2, 2);

	@Test
	void connectWhenAddressHasTooManyShouldBeRefusedUntilOneIsGivenBack() {
		ConnectedClient first = connect("192.0.2.1");
		connect("192.0.2.1");
		assertRefused("192.0.2.1", Reason.TOO_MANY_FROM_ADDRESS);
		connect("192.0.2.2");
		first.close();
		first.close();
		connect("192.0.2.1");
		assertRefused("192.0.2.1", Reason.TOO_MANY_FROM_ADDRESS);
		assertThat(this.listener.events).filteredOn((event) -> event.startsWith("sse refused"))
			.containsExactly("sse refused TOO_MANY_FROM_ADDRESS", "sse refused TOO_MANY_FROM_ADDRESS");
		assertThat(this.subscriptions.connections(Transport.SSE)).isEqualTo(3);
	}

	@ParameterizedTest
	@CsvSource({ "2001:db8::1,2001:db8::ffff:1,true", "2001:db8:0:0:1::1,2001:db8::,true",
			"2001:db8::1,2001:db8:0:1::1,false", "192.0.2.1,192.0.2.2,false", "192.0.2.1,::ffff:192.0.2.1,true",
			"::1,127.0.0.1,false" })
	void addressesShouldCountTogetherWithinANetwork(String one, String other, boolean together) {
		connect(one);
		connect(one);
		if (together) {
			assertRefused(other, Reason.TOO_MANY_FROM_ADDRESS);
		}
		else {
			connect(other);
		}
	}

	@ParameterizedTest
	@CsvSource({ "2001:db8::1,2001:db8::2:1,true", "[2001:db8::1],2001:db8::1,true",
			"[2001:DB8::1],[2001:db8:0::9],true", "2001:db8::1,2001:db8:0:1::1,false", "192.0.2.1,192.0.2.1,true",
			"192.0.2.1,192.0.2.2,false", "999.0.2.1,999.0.2.1,true", ":::1,:::2,false", "_hidden,_HIDDEN,true",
			"'','',true", "[,[,true" })
	void addressesThatHeadersNameShouldCountTogetherWithinANetwork(String one, String other, boolean together) {
		connect(() -> InetSocketAddress.createUnresolved(one, 1));
		connect(() -> InetSocketAddress.createUnresolved(one, 2));
		if (together) {
			assertThatExceptionOfType(SubscriptionRejectedException.class)
				.isThrownBy(() -> connect(() -> InetSocketAddress.createUnresolved(other, 3)));
		}
		else {
			connect(() -> InetSocketAddress.createUnresolved(other, 3));
		}
	}

	@Test
	void addressWhenAHeaderNamesItShouldCountAsThatOfASocket() {
		connect("192.0.2.1");
		connect(() -> InetSocketAddress.createUnresolved("192.0.2.1", 1));
		assertRefused("192.0.2.1", Reason.TOO_MANY_FROM_ADDRESS);
	}

	@Test
	void addressWhenItIsANameShouldCountWithoutRegardToCase() {
		connect(() -> InetSocketAddress.createUnresolved("Phone", 1));
		connect(() -> InetSocketAddress.createUnresolved("phone", 2));
		assertThatExceptionOfType(SubscriptionRejectedException.class)
			.isThrownBy(() -> connect(() -> InetSocketAddress.createUnresolved("PHONE", 3)));
	}

	@Test
	void clientWhoseAddressIsUnknownShouldNotCount() {
		for (int i = 0; i < 5; i++) {
			connect((ClientAddress) null);
			connect(() -> null);
		}
		assertThat(this.subscriptions.connections(Transport.SSE)).isEqualTo(10);
	}

	@Test
	void addressWhenAllConnectionsAreInUseShouldKeepNothing() {
		this.subscriptions = limited(1, 2, 2);
		ConnectedClient first = connect("192.0.2.1");
		for (int i = 0; i < 5; i++) {
			assertRefused("192.0.2.1", Reason.TOO_MANY_CONNECTIONS);
			assertRefused("192.0.2.9", Reason.TOO_MANY_CONNECTIONS);
		}
		assertThat(addresses()).hasSize(1);
		first.close();
		assertThat(addresses()).isEmpty();
	}

	@Test
	void limitsWhenUnsetShouldNotAskForAddressOrUser() {
		this.subscriptions = limited(null, null, null);
		AtomicInteger asked = new AtomicInteger();
		ConnectedClient client = connect(() -> {
			asked.incrementAndGet();
			return null;
		});
		TestSubscriber<Batch> stream = listen(client, Mono.fromRunnable(asked::incrementAndGet));
		assertThat(stream.isTerminated()).isFalse();
		assertThat(asked).hasValue(0);
	}

	@Test
	void takeWhenManyComeAtOnceShouldBeExact() {
		int threads = 8;
		this.subscriptions = limited(null, 5, null);
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			AtomicInteger open = new AtomicInteger();
			AtomicInteger most = new AtomicInteger();
			List<CompletableFuture<Void>> all = new ArrayList<>();
			for (int t = 0; t < threads; t++) {
				all.add(CompletableFuture.runAsync(() -> {
					for (int i = 0; i < 5000; i++) {
						try {
							ConnectedClient client = connect("192.0.2.1");
							most.accumulateAndGet(open.incrementAndGet(), Math::max);
							open.decrementAndGet();
							client.close();
						}
						catch (SubscriptionRejectedException ex) {
							// The limit is reached.
						}
					}
				}, executor));
			}
			assertThat(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)))
				.succeedsWithin(Duration.ofMinutes(1));
			assertThat(most.get()).isBetween(1, 5);
			assertThat(addresses()).isEmpty();
			for (int i = 0; i < 5; i++) {
				connect("192.0.2.1");
			}
			assertRefused("192.0.2.1", Reason.TOO_MANY_FROM_ADDRESS);
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void listenWhenUserHasTooManyShouldBeRefusedUntilOneIsGivenBack() {
		ConnectedClient first = connect("192.0.2.1");
		assertThat(listen(first, user("ada")).isTerminated()).isFalse();
		assertThat(listen(connect("192.0.2.2"), user("ada")).isTerminated()).isFalse();
		ConnectedClient third = connect("192.0.2.3");
		assertUserRefused(listen(third, user("ada")));
		third.close();
		assertThat(this.listener.events).endsWith("sse refused TOO_MANY_OF_USER", "sse ended REFUSED");
		assertThat(listen(connect("192.0.2.3"), user("bob")).isTerminated()).isFalse();
		first.close();
		assertThat(listen(connect("192.0.2.4"), user("ada")).isTerminated()).isFalse();
		assertUserRefused(listen(connect("192.0.2.5"), user("ada")));
	}

	@Test
	void userWhenClientChangesItsChannelsShouldCountOnce() {
		ConnectedClient client = connect("192.0.2.1");
		for (int i = 0; i < 5; i++) {
			TestSubscriber<Batch> stream = listen(client, user("ada"));
			assertThat(stream.isTerminated()).isFalse();
			stream.cancel();
		}
		assertThat(users()).containsOnly(Map.entry("ada", 1));
		client.close();
		assertThat(users()).isEmpty();
	}

	@Test
	void userWhenClientEndsBeforeItIsKnownShouldKeepNothing() {
		ConnectedClient client = connect("192.0.2.1");
		Sinks.One<Principal> principal = Sinks.one();
		listen(client, principal.asMono());
		client.close();
		principal.tryEmitValue(() -> "ada");
		assertThat(users()).isEmpty();
		assertThat(addresses()).isEmpty();
	}

	@Test
	void identifyWhenKilledWhileUserIsUnknownShouldBeRefused() {
		TestSubscriber<Batch> stream = listen(connect("192.0.2.1"), Mono.never());
		this.node.control.deactivate().block(TestNode.TIMEOUT);
		this.node.time.advanceTime();
		assertThat(stream.expectTerminalError()).isInstanceOfSatisfying(SubscriptionRejectedException.class,
				(ex) -> assertThat(ex.getReason()).isEqualTo(Reason.KILLED));
	}

	@Test
	void identifyWhenUserDoesNotBecomeKnownShouldBeRefused() {
		TestSubscriber<Batch> stream = listen(connect("192.0.2.1"), Mono.never());
		this.node.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(stream.expectTerminalError()).isInstanceOfSatisfying(SubscriptionRejectedException.class,
				(ex) -> assertThat(ex.getReason()).isEqualTo(Reason.UNDECIDED));
	}

	@Test
	void userWhenNotLoggedInShouldNotCount() {
		Principal anonymous = new AnonymousAuthenticationToken("key", "anonymousUser",
				AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));
		for (int i = 0; i < 5; i++) {
			assertThat(listen(connect((ClientAddress) null), Mono.empty()).isTerminated()).isFalse();
			assertThat(listen(connect((ClientAddress) null), Mono.just(anonymous)).isTerminated()).isFalse();
		}
		assertThat(users()).isEmpty();
	}

	@Test
	void crowdThatIsRefusedShouldBeOneLineForEachLimit() {
		int before = log.ownMessages().size();
		connect("192.0.2.1");
		connect("192.0.2.1");
		for (int i = 0; i < 100; i++) {
			assertRefused("192.0.2.1", Reason.TOO_MANY_FROM_ADDRESS);
		}
		String name = "eve\nWARN forged";
		for (int i = 0; i < 10; i++) {
			listen(connect((ClientAddress) null), user(name));
		}
		List<String> lines = log.ownMessages();
		assertThat(lines.subList(before, lines.size())).containsExactly(
				"WARN " + LOGGER + ": Clients are refused: Too many connections from this address: at most 2 "
						+ "(comet.max-connections-per-address), the last one '192.0.2.1'",
				"WARN " + LOGGER + ": Clients are refused: Too many connections of this user: at most 2 "
						+ "(comet.max-connections-per-user), the last one 'eve?WARN forged'");
	}

	private Subscriptions limited(@Nullable Integer connections, @Nullable Integer perAddress,
			@Nullable Integer perUser) {
		return new Subscriptions(this.node.broker, this.node.control, null,
				new SubscriptionLimits(connections, 100, 1000, Duration.ofSeconds(15), null, perAddress, perUser),
				List.of(this.listener));
	}

	private ConnectedClient connect(String address) {
		return connect(() -> new InetSocketAddress(ip(address), 40_000));
	}

	private ConnectedClient connect(@Nullable ClientAddress address) {
		return this.subscriptions.connect(new Dialect(Transport.SSE, (message) -> 1), this.node.loop, address);
	}

	private static InetAddress ip(String address) {
		try {
			return InetAddress.getByName(address);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	private TestSubscriber<Batch> listen(ConnectedClient client, Mono<? extends Principal> principal) {
		this.node.channel("a");
		TestSubscriber<Batch> stream = TestSubscriber.create();
		client.listen(SubscriptionRequest.of(List.of("a"), Cursor.LATEST, null, principal)).subscribe(stream);
		this.node.time.advanceTime();
		return stream;
	}

	private static Mono<Principal> user(String name) {
		return Mono.just(() -> name);
	}

	private void assertRefused(String address, Reason reason) {
		assertThatExceptionOfType(SubscriptionRejectedException.class).isThrownBy(() -> connect(address))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(reason));
	}

	private static void assertUserRefused(TestSubscriber<Batch> stream) {
		assertThat(stream.expectTerminalError()).isInstanceOfSatisfying(SubscriptionRejectedException.class,
				(ex) -> assertThat(ex.getReason()).isEqualTo(Reason.TOO_MANY_OF_USER));
	}

	private Map<Object, Integer> addresses() {
		return taken("addresses");
	}

	private Map<Object, Integer> users() {
		return taken("users");
	}

	@SuppressWarnings("unchecked")
	private Map<Object, Integer> taken(String kind) {
		Object limit = ReflectionTestUtils.getField(this.subscriptions, "connectionLimit");
		Object quotas = ReflectionTestUtils.getField(Objects.requireNonNull(limit), "quotas");
		Object keyed = ReflectionTestUtils.getField(Objects.requireNonNull(quotas), kind);
		return (Map<Object, Integer>) Objects
			.requireNonNull(ReflectionTestUtils.getField(Objects.requireNonNull(keyed), "taken"));
	}

}
