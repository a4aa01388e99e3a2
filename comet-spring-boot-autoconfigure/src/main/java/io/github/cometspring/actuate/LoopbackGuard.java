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
 * Lets through who has a right on this machine, as those had who could write to the
 * original's command pipe: the user who runs the server, and root. Everything else is
 * refused: another peer, another user, such as the one whose proxy passes on what comes
 * from outside, a request that bears the marks of a proxy, a foreign name for this
 * machine (DNS rebinding), a page of another origin. Being logged in is no such right:
 * any customer is.
 * <p>
 * Where the system does not tell who owns a connection, whatever comes from the machine
 * itself in HTTP/1.1 or later has the right, as proxies mostly speak HTTP/1.0 until they
 * are told otherwise.
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

	private static final Set<String> OWN_FETCH_SITES = Set.of("same-origin", "none");

	private final @Nullable PeerUsers users;

	private final byte[] refusal;

	/**
	 * Creates a guard.
	 * @param property the property by which an application takes exposure into its own
	 * hands, which a refusal names
	 * @param users tells who owns the other end of a connection, or {@code null} if that
	 * cannot be told
	 */
	public LoopbackGuard(String property, @Nullable PeerUsers users) {
		this.users = users;
		this.refusal = ("Commands are accepted from %s only. To expose the endpoint, set %s and protect it.".formatted(
				(users != null) ? "the user of this machine who runs the server, or root," : "this machine", property))
			.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Goes on with a request, or refuses it (403).
	 * @param exchange the request
	 * @param next what comes next
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
			// A mock, as applications use in their tests
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
