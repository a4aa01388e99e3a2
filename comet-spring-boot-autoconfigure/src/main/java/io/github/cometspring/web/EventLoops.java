package io.github.cometspring.web;

import java.time.Duration;

import io.github.cometspring.subscription.EventLoop;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Tells which event loop owns a client's socket, and what becomes of what is written to
 * it.
 * <p>
 * Implementations are thread-safe.
 *
 * @since 0.1.0
 */
public interface EventLoops {

	/**
	 * The event loop of a request.
	 * @param request the request, perhaps decorated
	 * @return the loop, the same object for the same thread
	 */
	EventLoop of(ServerHttpRequest request);

	/**
	 * Tells when the operating system has taken all that was written to a client. A
	 * client that takes nothing for too long is cut off (protocol, section 6). Where this
	 * cannot be told, what the server has accepted counts as taken.
	 * @param request the client's request, whose answer has been written
	 * @param patience how long the client may take nothing
	 * @param listener is told
	 */
	default void watch(ServerHttpRequest request, Duration patience, WriteListener listener) {
		listener.taken();
	}

	/**
	 * A way to write the rest of a stream straight to its socket, once the head of the
	 * answer is written.
	 * @param request the client's request, perhaps decorated
	 * @param response its answer, perhaps decorated
	 * @param patience how long the client may take nothing before it is cut off
	 * @return the way, or {@code null} if there is none, or if there is anybody between
	 * the answer and the socket who would miss what is written
	 */
	default @Nullable SocketWriter socket(ServerHttpRequest request, ServerHttpResponse response, Duration patience) {
		return null;
	}

	/**
	 * Notes that the answer to a request is a stream, or a WebSocket. Where the transport
	 * can, the operating system is told to give the client up when it acknowledges
	 * nothing for a time.
	 * @param request the request, perhaps decorated
	 * @param patience how long nothing of what was sent may be acknowledged
	 */
	default void streaming(ServerHttpRequest request, Duration patience) {
		// The operating system has a patience of its own.
	}

	/**
	 * Notes that a request has become a WebSocket.
	 * @param request the request, perhaps decorated
	 */
	default void upgraded(ServerHttpRequest request) {
		// Most servers need not know.
	}

	/**
	 * How many requests the application is answering of which the server itself does not
	 * know.
	 * @return the number at this moment
	 */
	default int exchanges() {
		return 0;
	}

	/**
	 * A way to end the connection of a client that does not read, at once: what it was
	 * sent and has not taken is thrown away. Without effect where the server offers none.
	 * @param request the client's request, perhaps decorated, which is not kept
	 * @return ends the connection
	 */
	Runnable cutter(ServerHttpRequest request);

}
