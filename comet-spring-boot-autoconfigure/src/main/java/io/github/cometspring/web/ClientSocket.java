package io.github.cometspring.web;

import java.time.Duration;

import io.github.cometspring.subscription.EventLoop;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * The socket that a request came by: which event loop owns it, what becomes of what is
 * written to it, and its end.
 * <p>
 * Thread-safe, except for what is written straight to the socket, which belongs to its
 * event loop.
 *
 * @since 0.1.0
 */
public interface ClientSocket {

	/**
	 * The event loop that owns the socket.
	 * @return the loop, the same object for the same thread
	 */
	EventLoop loop();

	/**
	 * The deadline of a writing to the client.
	 * @return completes on the loop when a writing that begins with the subscription has
	 * taken too long
	 */
	Mono<Void> deadline();

	/**
	 * Does something when a writing that begins now has taken too long.
	 * @param over is run on the loop
	 * @return the deadline, to be disposed of when the writing is done
	 */
	Disposable whenLate(Runnable over);

	/**
	 * Tells when the operating system has taken all that was written to the client. A
	 * client that takes nothing for too long is cut off (protocol, section 6). Where this
	 * cannot be told, what the server has accepted counts as taken.
	 * @param listener is told, once
	 */
	default void watch(WriteListener listener) {
		listener.taken();
	}

	/**
	 * Ends the connection of a client that does not read, at once: what it was sent and
	 * has not taken is thrown away. Without effect where the server offers no way.
	 */
	void cut();

	/**
	 * Notes that the answer is a stream, or a WebSocket. Where the transport can, the
	 * operating system is told to give the client up when it acknowledges nothing for a
	 * time.
	 * @param heartbeat how long the stream may be silent
	 */
	default void streaming(Duration heartbeat) {
		// The operating system has a patience of its own.
	}

	/**
	 * Notes that the request has become a WebSocket.
	 */
	default void upgraded() {
		// Most servers need not know.
	}

	/**
	 * Whether the rest of a stream can be written straight to the socket, once the head
	 * of the answer is written.
	 * @param response the answer, perhaps decorated
	 * @return {@code false} also if there is anybody between the answer and the socket
	 * who would miss what is written
	 */
	default boolean isDirect(ServerHttpResponse response) {
		return false;
	}

	/**
	 * Writes straight to a {@linkplain #isDirect direct} socket, past the codecs of the
	 * server, and flushes: the bytes are what goes over the wire. One write at a time:
	 * the next comes when the last was taken.
	 * @param bytes the bytes, perhaps none, which are not changed any more
	 * @param listener is told what becomes of them, perhaps before this returns
	 */
	default void write(byte[] bytes, WriteListener listener) {
		throw new IllegalStateException("Not direct");
	}

	/**
	 * Writes straight to the socket, as {@link #write} does, what other clients are sent,
	 * too, as the same object.
	 * @param bytes the bytes, which are not changed any more
	 * @param listener is told what becomes of them, perhaps before this returns
	 */
	default void writeShared(byte[] bytes, WriteListener listener) {
		write(bytes, listener);
	}

	/**
	 * Takes the rest of an answer on a {@linkplain #isDirect direct} socket over from the
	 * server, which then regards its request as answered and keeps nothing of it. To be
	 * asked for when the head of the answer is written, before the answer is complete.
	 * @param gone is called when the connection ends before the answer does
	 * @return whether it was taken over; if not, the answer remains the server's
	 */
	default boolean takeOver(Runnable gone) {
		return false;
	}

	/**
	 * Ends an answer that was taken over.
	 */
	default void end() {
		// Nothing was taken over.
	}

}
