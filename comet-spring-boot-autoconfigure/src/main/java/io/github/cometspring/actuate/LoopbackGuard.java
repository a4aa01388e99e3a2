package io.github.cometspring.actuate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.ClassUtils;
import org.springframework.web.server.ServerWebExchange;

/**
 * Accepts requests from this machine of the user who runs the server, and of root: they
 * could also write to the original's command pipe. It refuses every other request: from
 * another machine; from another user, such as one whose proxy forwards requests from
 * outside; with headers that proxies add; with another name for this machine (DNS
 * rebinding); from a page of another origin. A log-in is not enough, because any customer
 * may have one.
 * <p>
 * If the system does not tell who owns a connection, requests from this machine are
 * accepted in HTTP/1.1 or later, because most proxies use HTTP/1.0 by default.
 * <p>
 * It checks the connection and the headers as they were received. The request that the
 * application sees may have been changed by forwarded headers.
 *
 * @since 0.1.0
 */
public final class LoopbackGuard {

	private static final boolean REACTOR_NETTY = ClassUtils.isPresent("reactor.netty.http.server.HttpServerRequest",
			LoopbackGuard.class.getClassLoader());

	private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "[::1]");

	private static final Set<String> OWN_FETCH_SITES = Set.of("same-origin", "none");

	private final @Nullable PeerUsers users;

	private final byte[] refusal;

	/**
	 * Creates a guard.
	 * @param property the property by which an application configures exposure itself; a
	 * refusal names it
	 * @param users finds the owner of the other end of a connection, or {@code null} if
	 * the system does not tell
	 */
	public LoopbackGuard(String property, @Nullable PeerUsers users) {
		this.users = users;
		this.refusal = ("Commands are accepted from %s only. To expose the endpoint, set %s and protect it.".formatted(
				(users != null) ? "the user of this machine who runs the server, or root," : "this machine", property))
			.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Passes a request on, or refuses it (403).
	 * @param exchange the request
	 * @param next the rest of the chain
	 * @return completes when the request has been answered
	 */
	Mono<Void> check(ServerWebExchange exchange, Mono<Void> next) {
		if (!REACTOR_NETTY || !(nativeRequest(exchange) instanceof HttpServerRequest request)) {
			return refuse(exchange);
		}
		Channel channel = channel(request);
		if (channel == null || !isLoopback(channel.remoteAddress()) || !isFromThisMachine(request)) {
			return refuse(exchange);
		}
		if (this.users == null) {
			return (request.version().compareTo(HttpVersion.HTTP_1_1) >= 0) ? next : refuse(exchange);
		}
		return mayCommand(this.users, channel).flatMap((trusted) -> trusted ? next : refuse(exchange));
	}

	private static Mono<Boolean> mayCommand(PeerUsers users, Channel channel) {
		return (channel.remoteAddress() instanceof InetSocketAddress peer
				&& channel.localAddress() instanceof InetSocketAddress own)
						? users.mayCommand(peer, own).publishOn(Schedulers.fromExecutor(channel.eventLoop()))
						: Mono.just(false);
	}

	private Mono<Void> refuse(ServerWebExchange exchange) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(HttpStatus.FORBIDDEN);
		response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
		response.getHeaders().setContentLength(this.refusal.length);
		return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(this.refusal)));
	}

	private static boolean isFromThisMachine(HttpServerRequest request) {
		HttpHeaders headers = request.requestHeaders();
		return isLoopback(request.remoteAddress()) && headers.names().stream().noneMatch(ProxyHeaders::contain)
				&& namesLoopback(request.uri(), headers.getAll("Host"))
				&& headers.getAll("Origin").stream().allMatch((origin) -> isOwnOrigin(origin, headers.get("Host")))
				&& headers.getAll("Sec-Fetch-Site").stream().allMatch(OWN_FETCH_SITES::contains);
	}

	private static @Nullable Object nativeRequest(ServerWebExchange exchange) {
		try {
			return ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
		}
		catch (IllegalStateException ex) {
			// A mock request, as in tests of applications
			return null;
		}
	}

	private static @Nullable Channel channel(HttpServerRequest request) {
		AtomicReference<@Nullable Channel> channel = new AtomicReference<>();
		request.withConnection((connection) -> channel.set(connection.channel()));
		return channel.get();
	}

	private static boolean isLoopback(@Nullable SocketAddress address) {
		InetAddress ip = (address instanceof InetSocketAddress socket) ? socket.getAddress() : null;
		return ip != null && ip.isLoopbackAddress();
	}

	private static boolean namesLoopback(String target, List<String> hosts) {
		// A target in absolute form names a host as well, which overrides the header.
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
