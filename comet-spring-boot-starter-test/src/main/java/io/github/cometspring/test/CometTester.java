package io.github.cometspring.test;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.test.http.server.LocalTestWebServer;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.MockServerConfigurer;

/**
 * Tests what an application pushes. A test subscribes to channels as a client does,
 * expects messages, cuts the connection, resumes, and gives orders to the server.
 * <p>
 * {@link AutoConfigureCometTester @AutoConfigureCometTester} makes it a bean of a
 * {@code @SpringBootTest} and of a {@code @WebFluxTest}. Where the test has started a
 * server on a port, it talks to that; else it calls the handlers of the application in
 * process, through all its filters, as {@code WebTestClient} does, WebSockets included.
 *
 * <pre class="code">
 * &#064;SpringBootTest
 * &#064;AutoConfigureCometTester
 * class PricesTests {
 *
 *     &#064;Autowired
 *     CometTester comet;
 *
 *     &#064;Autowired
 *     Channels channels;
 *
 *     &#064;Test
 *     void priceShouldReachListeners() {
 *         Channel prices = this.channels.obtain("prices").block();
 *         try (TestSubscription page = this.comet.subscribe("prices")) {
 *             prices.publish("42").block();
 *             page.expectMessage("42");
 *
 *             page.cut();
 *             prices.publish("43").block();
 *             page.resume().expectMessage("43");
 *
 *             this.comet.makeGap("prices");
 *             page.expectGap("prices");
 *         }
 *     }
 *
 *     &#064;Test
 *     void accountShouldBeForItsOwner() {
 *         this.channels.obtain("accounts/anna").block();
 *         this.comet.asUser("anna").subscribe("accounts/anna");
 *         this.comet.asUser("bob").expectRefused(CometRefusal.Reason.FORBIDDEN, "accounts/anna");
 *     }
 *
 * }
 * </pre>
 *
 * It is immutable and thread-safe: the methods that change how clients connect return
 * another tester. When it is a bean, its subscriptions are closed after each test. The
 * class is long because of the comments on its many short methods.
 *
 * @since 0.1.0
 */
public final class CometTester {

	private final ServerUnderTest server;

	private final TesterSettings settings;

	private CometTester(ServerUnderTest server, TesterSettings settings) {
		this.server = server;
		this.settings = settings;
	}

	/**
	 * A tester that calls the handlers of an application in process. No port is needed.
	 * @param context the application
	 * @return the tester
	 */
	public static CometTester bindToApplicationContext(ApplicationContext context) {
		return new CometTester(new ServerUnderTest(context, () -> null), TesterSettings.DEFAULT);
	}

	/**
	 * A tester of a server that runs anywhere. It cannot give orders to the server.
	 * @param baseUrl the URL of the server, such as {@code http://localhost:8080}
	 * @return the tester
	 */
	public static CometTester bindToServer(String baseUrl) {
		return new CometTester(new ServerUnderTest(null, () -> baseUrl), TesterSettings.DEFAULT);
	}

	/**
	 * A tester of the server that an application has started on a port. It can give
	 * orders to the server.
	 * @param baseUrl the URL of the server, such as {@code http://localhost:8080}
	 * @param context the application
	 * @return the tester
	 */
	public static CometTester bindToServer(String baseUrl, ApplicationContext context) {
		return new CometTester(new ServerUnderTest(context, () -> baseUrl), TesterSettings.DEFAULT);
	}

	/**
	 * A tester of the server that the test has started, or else of the handlers.
	 */
	static CometTester bindToTest(ApplicationContext context) {
		return new CometTester(new ServerUnderTest(context, () -> {
			@Nullable LocalTestWebServer server = LocalTestWebServer.get(context);
			return (server != null) ? server.uri() : null;
		}), TesterSettings.DEFAULT);
	}

	private CometTester with(TesterSettings changed) {
		return new CometTester(this.server, changed);
	}

	/**
	 * Uses another transport than server-sent events.
	 * @param transport the transport
	 * @return the tester
	 */
	public CometTester over(Transport transport) {
		return with(this.settings.withTransport(transport));
	}

	/**
	 * Waits longer than five seconds, or shorter, before an expectation fails.
	 * @param timeout how long to wait
	 * @return the tester
	 * @throws IllegalArgumentException if it is not positive
	 */
	public CometTester withTimeout(Duration timeout) {
		return with(this.settings.withTimeout(timeout));
	}

	/**
	 * Logs a user in, in process only. With Spring Security this needs
	 * {@code spring-security-test}, and {@code @WithMockUser} works as well.
	 * @param name the name of the user
	 * @param roles the roles; without any, {@code USER}. Spring Security alone knows them
	 * @return the tester
	 */
	public CometTester asUser(String name, String... roles) {
		return with(this.settings.withUser(new TestUser(name, List.of(roles))));
	}

	/**
	 * Changes the handlers, in process only, such as by the methods of Spring Security's
	 * {@code SecurityMockServerConfigurers}.
	 * @param configurer the change
	 * @return the tester
	 */
	public CometTester mutateWith(MockServerConfigurer configurer) {
		return with(this.settings.withConfigurer(configurer));
	}

	/**
	 * Sends further headers with each request and handshake.
	 * @param headers sets the headers
	 * @return the tester
	 */
	public CometTester withHeaders(Consumer<HttpHeaders> headers) {
		return with(this.settings.withHeaders(headers));
	}

	/**
	 * Logs in with a bearer token.
	 * @param token the token
	 * @return the tester
	 */
	public CometTester withToken(String token) {
		return withHeaders((headers) -> headers.setBearerAuth(token));
	}

	/**
	 * Logs in with a name and a password.
	 * @param name the name of the user
	 * @param password the password
	 * @return the tester
	 */
	public CometTester withBasicAuth(String name, String password) {
		return withHeaders((headers) -> headers.setBasicAuth(name, password));
	}

	/**
	 * Presents signed grants, instead of those before.
	 * @param grants the grants
	 * @return the tester
	 */
	public CometTester withGrants(String... grants) {
		return with(this.settings.withGrants(List.of(grants)));
	}

	/**
	 * Uses another path than {@code comet.path} of the application, or {@code /comet} if
	 * that is not known or means all paths.
	 * @param path the path of the endpoint
	 * @return the tester
	 */
	public CometTester withPath(String path) {
		return with(this.settings.withPath(path));
	}

	/**
	 * Listens from now on. When this returns, the server has admitted the client:
	 * whatever is published then is received.
	 * @param channels the ids of the channels
	 * @return the subscription
	 * @throws AssertionError if the server refuses the client or does not answer
	 */
	public TestSubscription subscribe(String... channels) {
		return subscribe(Cursor.LATEST, channels);
	}

	/**
	 * Listens from a cursor on, such as that of a page, or {@link Cursor#EARLIEST}.
	 * @param from where to start
	 * @param channels the ids of the channels
	 * @return the subscription
	 * @throws AssertionError if the server refuses the client or does not answer
	 */
	public TestSubscription subscribe(Cursor from, String... channels) {
		TestSubscription subscription = subscription(from, channels);
		try {
			return subscription.connect();
		}
		catch (AssertionError ex) {
			subscription.close();
			throw ex;
		}
	}

	/**
	 * Listens as a page does that was given the handles of its channels.
	 * @param handle the handle of a channel
	 * @param more the handles of other channels
	 * @return the subscription
	 * @throws AssertionError if the server refuses the client or does not answer
	 */
	public TestSubscription subscribe(ChannelHandle handle, ChannelHandle... more) {
		List<ChannelHandle> handles = Stream.concat(Stream.of(handle), Stream.of(more)).toList();
		Cursor from = handles.stream().map(ChannelHandle::cursor).map(Cursor::parse).reduce(Cursor.LATEST, Cursor::and);
		return subscribe(from, handles.stream().map(ChannelHandle::channel).toArray(String[]::new));
	}

	private TestSubscription subscription(Cursor from, String... channels) {
		if (channels.length == 0) {
			throw new IllegalArgumentException("No channels to subscribe to: name at least one");
		}
		return new TestSubscription(this.server, this.settings, from, Arrays.asList(channels));
	}

	/**
	 * Expects that the server refuses a client.
	 * @param reason why
	 * @param channels the ids of the channels
	 * @return the answer, for further assertions
	 * @throws AssertionError if the server serves the client, or refuses it for another
	 * reason
	 */
	public CometRefusal expectRefused(CometRefusal.Reason reason, String... channels) {
		try (TestSubscription subscription = subscription(Cursor.LATEST, channels)) {
			return subscription.expectRefusedConnection(reason);
		}
	}

	/**
	 * Ends a channel: its listeners are told.
	 * @param channel the id of the channel
	 * @throws IllegalArgumentException if there is no such channel
	 */
	public void end(String channel) {
		this.server.end(channel, this.settings.timeout());
	}

	/**
	 * Makes a gap: the server loses all messages of a channel, as if it had restarted.
	 * All listeners, also pages in a browser, are told of the gap at once, or when they
	 * resume. The channel goes on. This works while the channels are in memory.
	 * @param channel the id of the channel
	 * @throws IllegalArgumentException if there is no such channel
	 * @throws IllegalStateException if the channels are not in memory
	 */
	public void makeGap(String channel) {
		this.server.loseMessages(channel);
	}

	/**
	 * Deactivates the service: all clients are ended, and others are refused, until
	 * {@link #activate()} or the end of the test.
	 */
	public void deactivate() {
		this.server.deactivate(this.settings.timeout());
	}

	/**
	 * Activates the service again.
	 */
	public void activate() {
		this.server.activate(this.settings.timeout());
	}

	/**
	 * Closes all subscriptions, and activates the service if a test has deactivated it.
	 * After each test this is done for the bean.
	 */
	public void reset() {
		this.server.reset(this.settings.timeout());
	}

}
