package io.github.cometspring.actuate;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.channel.Channel;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerRequest;
import reactor.test.StepVerifier;

import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LoopbackGuard} with peers that a real connection cannot have in a
 * test.
 */
class LoopbackGuardTests {

	private static final SocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 40000);

	private static final SocketAddress REMOTE = new InetSocketAddress("192.0.2.1", 40000);

	private static final EventLoop LOOP = new DefaultEventLoop();

	private final LoopbackGuard guard = new LoopbackGuard("the.property", null);

	@AfterAll
	static void stop() {
		LOOP.shutdownGracefully(0, 0, TimeUnit.SECONDS);
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1" })
	void checkWhenPeerIsLoopbackShouldPass(String address) {
		InetSocketAddress peer = new InetSocketAddress(address, 40000);
		assertThat(check(peer, peer)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "192.0.2.1", "10.0.0.1", "169.254.0.1", "0.0.0.0", "fe80::1", "2001:db8::1", "::" })
	void checkWhenPeerIsNotLoopbackShouldRefuse(String address) {
		InetSocketAddress peer = new InetSocketAddress(address, 40000);
		assertThat(check(peer, peer)).isFalse();
	}

	@Test
	void checkWhenPeerOnlyClaimsToBeLoopbackShouldRefuse() {
		assertThat(check(REMOTE, LOCAL)).isFalse();
	}

	@Test
	void checkWhenProxyForwardsForAnotherShouldRefuse() {
		assertThat(check(LOCAL, REMOTE)).isFalse();
	}

	@Test
	void checkWhenPeerIsNotOnNetworkShouldRefuse() {
		LocalAddress peer = new LocalAddress("local");
		assertThat(check(peer, peer)).isFalse();
	}

	@Test
	void checkWhenPeerHasDisconnectedShouldRefuse() {
		assertThat(check(null, null)).isFalse();
	}

	@Test
	void checkWhenPeerIsUnresolvedShouldRefuse() {
		InetSocketAddress peer = InetSocketAddress.createUnresolved("localhost", 40000);
		assertThat(check(peer, peer)).isFalse();
	}

	@Test
	void checkWhenServerIsUnknownShouldRefuse() {
		MockServerWebExchange exchange = exchange();
		assertThat(passes(this.guard, exchange, request("a request of another server"))).isFalse();
		assertThat(exchange.getResponse().getStatusCode()).isEqualTo(HttpStatus.FORBIDDEN);
		StepVerifier.create(exchange.getResponse().getBodyAsString())
			.assertNext((body) -> assertThat(body).contains("the.property"))
			.verifyComplete();
	}

	@Test
	void checkWhenRemoteUserIsLoggedInShouldRefuse() {
		MockServerWebExchange exchange = MockServerWebExchange.builder(MockServerHttpRequest.post("/"))
			.principal(() -> "user")
			.build();
		assertThat(passes(this.guard, exchange, request(nettyRequest(REMOTE, REMOTE, HttpVersion.HTTP_1_1)))).isFalse();
	}

	@Test
	void checkWhenOwnerIsUnknownShouldDemandHttp11AtLeast() {
		assertThat(accepts(this.guard, HttpVersion.HTTP_1_0)).isFalse();
		assertThat(accepts(this.guard, HttpVersion.HTTP_1_1)).isTrue();
		assertThat(accepts(this.guard, HttpVersion.valueOf("HTTP/2.0"))).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "1000, true", "0, true", "33, false", "65534, false" })
	void checkWhenOwnerIsToldShouldPassServersOwnAndRoot(long owner, boolean passes, @TempDir Path process)
			throws IOException {
		LinuxFiles files = new LinuxFiles(process).runBy(1000);
		LoopbackGuard guard = new LoopbackGuard("the.property", files.users());
		files.tcp("0100007F:9C40 0100007F:1F90 01", owner, 7);
		assertThat(accepts(guard, HttpVersion.HTTP_1_1)).isEqualTo(passes);
		assertThat(accepts(guard, HttpVersion.HTTP_1_0)).isEqualTo(passes);
	}

	private static boolean accepts(LoopbackGuard guard, HttpVersion version) {
		return passes(guard, exchange(), request(nettyRequest(LOCAL, LOCAL, version)));
	}

	private boolean check(@Nullable SocketAddress peer, @Nullable SocketAddress claimed) {
		MockServerWebExchange exchange = exchange();
		boolean passes = passes(this.guard, exchange, request(nettyRequest(peer, claimed, HttpVersion.HTTP_1_1)));
		assertThat(exchange.getResponse().getStatusCode()).isEqualTo(passes ? null : HttpStatus.FORBIDDEN);
		return passes;
	}

	private static MockServerWebExchange exchange() {
		return MockServerWebExchange.from(MockServerHttpRequest.post("/"));
	}

	private static ServerHttpRequest request(Object nativeRequest) {
		AbstractServerHttpRequest request = mock(AbstractServerHttpRequest.class);
		given(request.<Object>getNativeRequest()).willReturn(nativeRequest);
		return request;
	}

	private static boolean passes(LoopbackGuard guard, ServerWebExchange exchange, ServerHttpRequest request) {
		boolean[] passed = new boolean[1];
		guard.check(new ServerWebExchangeDecorator(exchange) {

			@Override
			public ServerHttpRequest getRequest() {
				return request;
			}

		}, Mono.fromRunnable(() -> passed[0] = true)).block();
		return passed[0];
	}

	private static HttpServerRequest nettyRequest(@Nullable SocketAddress peer, @Nullable SocketAddress claimed,
			HttpVersion version) {
		Channel channel = mock(Channel.class);
		given(channel.remoteAddress()).willReturn(peer);
		given(channel.localAddress()).willReturn(new InetSocketAddress("127.0.0.1", 8080));
		given(channel.eventLoop()).willReturn(LOOP);
		Connection connection = mock(Connection.class);
		given(connection.channel()).willReturn(channel);
		HttpServerRequest request = mock(HttpServerRequest.class);
		willAnswer((invocation) -> {
			invocation.<Consumer<Connection>>getArgument(0).accept(connection);
			return request;
		}).given(request).withConnection(any());
		given(request.remoteAddress()).willReturn((claimed instanceof InetSocketAddress socket) ? socket : null);
		given(request.version()).willReturn(version);
		given(request.uri()).willReturn("/actuator/comet/deactivate");
		given(request.requestHeaders()).willReturn(new DefaultHttpHeaders().add("Host", "localhost"));
		return request;
	}

}
