package io.github.cometspring.actuate;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import io.github.cometspring.subscription.LogText;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.web.server.ServerWebExchange;

/**
 * Who gives a command, in words for the log. It is kept in the Reactor context of a
 * request, because a parameter of an operation would make Spring Boot demand a body.
 *
 * @param description the user who is logged in, if there is one, and the address
 */
record CommandOrigin(Mono<String> description) {

	private static final Class<?> KEY = CommandOrigin.class;

	/** The technology that calls the operations without a request. */
	private static final String WITHOUT_REQUEST = "JMX";

	/**
	 * The origin of a request.
	 * @param exchange the request
	 * @return the origin
	 */
	static CommandOrigin of(ServerWebExchange exchange) {
		String address = describe(exchange.getRequest().getRemoteAddress());
		return new CommandOrigin(exchange.getPrincipal()
			.map((principal) -> "user '" + LogText.of(String.valueOf(principal.getName())) + "' at " + address)
			.defaultIfEmpty(address)
			// A command is carried out whatever is known of its user.
			.onErrorReturn(address));
	}

	private static String describe(@Nullable InetSocketAddress address) {
		if (address == null) {
			return "an unknown address";
		}
		InetAddress ip = address.getAddress();
		if (ip == null) {
			// Named by a proxy
			return "'" + LogText.of(address.getHostString()) + "'";
		}
		return ip.isLoopbackAddress() ? "loopback" : ip.getHostAddress();
	}

	/**
	 * Keeps the origin for the operation that the request reaches.
	 * @param context the context to write to
	 * @return the context
	 */
	Context keepIn(Context context) {
		return context.put(KEY, this);
	}

	/**
	 * The origin of the command that is being given.
	 * @return the description
	 */
	static Mono<String> current() {
		return Mono.deferContextual((context) -> context.<CommandOrigin>getOrEmpty(KEY)
			.map(CommandOrigin::description)
			.orElseGet(() -> Mono.just(WITHOUT_REQUEST)));
	}

}
