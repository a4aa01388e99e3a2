package io.github.cometspring.actuate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.ClassUtils;
import org.springframework.web.server.ServerWebExchange;

/**
 * Lets through what comes from this machine, as the original's command pipe did, and
 * whoever is logged in. Everything else is refused: another peer, a request that went
 * through a proxy, a foreign name for this machine (DNS rebinding), a page of another
 * origin.
 * <p>
 * It looks at the connection and at the headers as they came over the wire. What the
 * application sees may have been changed by forwarded headers.
 *
 * @since 0.1.0
 */
public final class LoopbackGuard {

	private static final boolean REACTOR_NETTY = ClassUtils.isPresent("reactor.netty.http.server.HttpServerRequest",
			LoopbackGuard.class.getClassLoader());

	private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "[::1]");

	// A proxy that sets one of these and none of the other forwarding headers is a proxy
	// all the same.
	private static final Set<String> FORWARDING_HEADERS = Set.of("forwarded", "via", "x-real-ip");

	// By its name, as Spring Security need not be there.
	private static final String ANONYMOUS = "org.springframework.security.authentication.AnonymousAuthenticationToken";

	private static final Set<String> OWN_FETCH_SITES = Set.of("same-origin", "none");

	private final byte[] refusal;

	/**
	 * Creates a guard.
	 * @param property the property by which an application takes exposure into its own
	 * hands, which a refusal names
	 */
	public LoopbackGuard(String property) {
		this.refusal = ("Commands are accepted from this machine only. To expose the endpoint, set " + property
				+ " and protect it.")
			.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Goes on with a request, or refuses it (403).
	 * @param exchange the request
	 * @param next what comes next
	 * @return completes when the request has been answered
	 */
	Mono<Void> check(ServerWebExchange exchange, Mono<Void> next) {
		if (isFromThisMachine(exchange)) {
			return next;
		}
		return exchange.getPrincipal()
			.filter(LoopbackGuard::isLoggedIn)
			.hasElement()
			.flatMap((loggedIn) -> loggedIn ? next : refuse(exchange));
	}

	private static boolean isLoggedIn(Principal principal) {
		return !principal.getClass().getName().equals(ANONYMOUS);
	}

	private Mono<Void> refuse(ServerWebExchange exchange) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(HttpStatus.FORBIDDEN);
		response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
		response.getHeaders().setContentLength(this.refusal.length);
		return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(this.refusal)));
	}

	private static boolean isFromThisMachine(ServerWebExchange exchange) {
		if (!REACTOR_NETTY || !(nativeRequest(exchange) instanceof HttpServerRequest request)) {
			return false;
		}
		HttpHeaders headers = request.requestHeaders();
		return isLoopback(peer(request)) && isLoopback(request.remoteAddress())
				&& headers.names().stream().noneMatch(LoopbackGuard::isForwarding)
				&& namesLoopback(request.uri(), headers.getAll("Host"))
				&& headers.getAll("Origin").stream().allMatch((origin) -> isOwnOrigin(origin, headers.get("Host")))
				&& headers.getAll("Sec-Fetch-Site").stream().allMatch(OWN_FETCH_SITES::contains);
	}

	private static @Nullable Object nativeRequest(ServerWebExchange exchange) {
		try {
			return ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
		}
		catch (IllegalStateException ex) {
			// A mock, as applications use in their tests
			return null;
		}
	}

	private static @Nullable SocketAddress peer(HttpServerRequest request) {
		AtomicReference<@Nullable SocketAddress> peer = new AtomicReference<>();
		request.withConnection((connection) -> peer.set(connection.channel().remoteAddress()));
		return peer.get();
	}

	private static boolean isLoopback(@Nullable SocketAddress address) {
		InetAddress ip = (address instanceof InetSocketAddress socket) ? socket.getAddress() : null;
		return ip != null && ip.isLoopbackAddress();
	}

	private static boolean isForwarding(String header) {
		String name = header.toLowerCase(Locale.ROOT);
		return FORWARDING_HEADERS.contains(name) || name.startsWith("x-forwarded-");
	}

	private static boolean namesLoopback(String target, List<String> hosts) {
		// A target in absolute form names a host as well, and overrules the header.
		return target.startsWith("/") && hosts.size() == 1 && isLoopbackAuthority(hosts.get(0));
	}

	private static boolean isLoopbackAuthority(String authority) {
		String host = authority.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
		return LOOPBACK_NAMES.contains(host) || host.matches("127(\\.\\d{1,3}){3}");
	}

	private static boolean isOwnOrigin(String origin, @Nullable String host) {
		try {
			String authority = URI.create(origin).getAuthority();
			return authority != null && authority.equalsIgnoreCase(host);
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

}
