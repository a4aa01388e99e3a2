package io.github.cometspring.netty;

import java.security.MessageDigest;
import java.util.Objects;

import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.KeptLogin;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import reactor.util.context.Context;

import org.springframework.http.support.Netty4HeadersAdapter;

/**
 * A poll that has passed the filters of the application: who polls, and the headers that
 * the filters have added to the answer. As a path, it serves later polls with the same
 * head by what it has kept, and they do not pass the filters. Belongs to the event loop
 * of its connection.
 */
final class RepeatedPoll implements PollPath {

	private final byte[] head;

	private final KeptLogin login;

	private final KeptHeaders headers;

	private final NettyClientSockets sockets;

	RepeatedPoll(byte[] head, KeptLogin login, KeptHeaders headers, NettyClientSockets sockets) {
		this.head = head;
		this.login = login;
		this.headers = headers;
		this.sockets = sockets;
	}

	/**
	 * Whether a poll has the same head.
	 * @param head the digest of its head
	 */
	boolean covers(byte[] head) {
		return MessageDigest.isEqual(this.head, head);
	}

	/**
	 * Whether the filters need not be asked again.
	 */
	boolean isCurrent() {
		try {
			return this.login.isCurrent();
		}
		// The session cannot be read, for example: the filters decide.
		catch (RuntimeException ex) {
			return false;
		}
	}

	/**
	 * The headers that the filters have added to the answer.
	 */
	KeptHeaders headers() {
		return this.headers;
	}

	Caller caller(HttpHeaders headers, Subscriptions subscriptions) {
		return this.login.caller(new org.springframework.http.HttpHeaders(new Netty4HeadersAdapter(headers)),
				subscriptions);
	}

	Context context() {
		return this.login.context();
	}

	@Override
	public HeldRequest newPoll(ArrivingRequest arriving, FastPathHandler handler, ChannelHandlerContext context) {
		return new FastPoll(Objects.requireNonNull(arriving.terms()), this, this.sockets, handler, context);
	}

}
