package io.github.cometspring.actuate;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.Principal;
import java.util.function.Consumer;

import io.netty.channel.Channel;
import io.netty.channel.local.LocalAddress;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * Peers that no test can have.
 */
class LoopbackGuardTests {

	private static final SocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 40000);

	private static final SocketAddress REMOTE = new InetSocketAddress("192.0.2.1", 40000);

	private final LoopbackGuard guard = new LoopbackGuard("the.property");

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1" })
	void checkWhenPeerIsLoopbackShouldPass(String address) {
		InetSocketAddress peer = new InetSocketAddress(address, 40000);
		assertThat(check(peer, peer, null)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "192.0.2.1", "10.0.0.1", "169.254.0.1", "0.0.0.0", "fe80::1", "2001:db8::1", "::" })
	void checkWhenPeerIsNotLoopbackShouldRefuse(String address) {
		InetSocketAddress peer = new InetSocketAddress(address, 40000);
		assertThat(check(peer, peer, null)).isFalse();
	}

	@Test
	void checkWhenPeerOnlyClaimsToBeLoopbackShouldRefuse() {
		assertThat(check(REMOTE, LOCAL, null)).isFalse();
	}

	@Test
	void checkWhenProxySpeaksForAnotherShouldRefuse() {
		assertThat(check(LOCAL, REMOTE, null)).isFalse();
	}

	@Test
	void checkWhenPeerIsNotOnNetworkShouldRefuse() {
		LocalAddress peer = new LocalAddress("local");
		assertThat(check(peer, peer, null)).isFalse();
	}

	@Test
	void checkWhenPeerHasGoneShouldRefuse() {
		assertThat(check(null, null, null)).isFalse();
	}

	@Test
	void checkWhenPeerIsUnresolvedShouldRefuse() {
		InetSocketAddress peer = InetSocketAddress.createUnresolved("localhost", 40000);
		assertThat(check(peer, peer, null)).isFalse();
	}

	@Test
	void checkWhenServerIsUnknownShouldRefuse() {
		MockServerWebExchange exchange = exchange(null);
		AbstractServerHttpRequest request = mock(AbstractServerHttpRequest.class);
		given(request.<Object>getNativeRequest()).willReturn("a request of another server");
		assertThat(passes(exchange, request)).isFalse();
		assertThat(exchange.getResponse().getStatusCode()).isEqualTo(HttpStatus.FORBIDDEN);
		StepVerifier.create(exchange.getResponse().getBodyAsString())
			.assertNext((body) -> assertThat(body).contains("the.property"))
			.verifyComplete();
	}

	@Test
	void checkWhenRemoteUserIsLoggedInShouldPass() {
		assertThat(check(REMOTE, REMOTE, new TestingAuthenticationToken("user", "password", "ROLE_OPS"))).isTrue();
		assertThat(check(REMOTE, REMOTE, () -> "user")).isTrue();
	}

	@Test
	void checkWhenRemoteUserIsAnonymousShouldRefuse() {
		assertThat(check(REMOTE, REMOTE, new AnonymousAuthenticationToken("key", "anonymousUser",
				AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"))))
			.isFalse();
	}

	private boolean check(@Nullable SocketAddress peer, @Nullable SocketAddress claimed,
			@Nullable Principal principal) {
		MockServerWebExchange exchange = exchange(principal);
		HttpServerRequest nettyRequest = nettyRequest(peer, claimed);
		AbstractServerHttpRequest request = mock(AbstractServerHttpRequest.class);
		given(request.<Object>getNativeRequest()).willReturn(nettyRequest);
		boolean passes = passes(exchange, request);
		assertThat(exchange.getResponse().getStatusCode()).isEqualTo(passes ? null : HttpStatus.FORBIDDEN);
		return passes;
	}

	private static MockServerWebExchange exchange(@Nullable Principal principal) {
		MockServerWebExchange.Builder builder = MockServerWebExchange.builder(MockServerHttpRequest.post("/"));
		return (principal != null) ? builder.principal(principal).build() : builder.build();
	}

	private boolean passes(ServerWebExchange exchange, ServerHttpRequest request) {
		boolean[] passed = new boolean[1];
		this.guard.check(new ServerWebExchangeDecorator(exchange) {

			@Override
			public ServerHttpRequest getRequest() {
				return request;
			}

		}, Mono.fromRunnable(() -> passed[0] = true)).block();
		return passed[0];
	}

	private static HttpServerRequest nettyRequest(@Nullable SocketAddress peer, @Nullable SocketAddress claimed) {
		Channel channel = mock(Channel.class);
		given(channel.remoteAddress()).willReturn(peer);
		Connection connection = mock(Connection.class);
		given(connection.channel()).willReturn(channel);
		HttpServerRequest request = mock(HttpServerRequest.class);
		willAnswer((invocation) -> {
			invocation.<Consumer<Connection>>getArgument(0).accept(connection);
			return request;
		}).given(request).withConnection(any());
		given(request.remoteAddress()).willReturn((claimed instanceof InetSocketAddress socket) ? socket : null);
		given(request.uri()).willReturn("/actuator/comet/deactivate");
		given(request.requestHeaders()).willReturn(new DefaultHttpHeaders().add("Host", "localhost"));
		return request;
	}

}
