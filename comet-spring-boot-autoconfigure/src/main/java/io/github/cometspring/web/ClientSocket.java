package io.github.cometspring.web;

import java.time.Duration;

import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * The socket of a client: its event loop, the deadlines of writes to it, direct writes,
 * and its end.
 * <p>
 * Thread-safe, except for direct writes, which belong to the event loop of the socket.
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
	 * The write timeout: how long a write to the client may make no progress.
	 * @return the deadlines, one object for all clients
	 */
	Deadlines writeDeadlines();

	/**
	 * The deadline of a write to the client.
	 * @return completes on the loop when a write that starts at the subscription has
	 * taken longer than the write timeout
	 */
	default Mono<Void> deadline() {
		return writeDeadlines().on(loop());
	}

	/**
	 * Runs a task when a write that starts now has taken longer than the write timeout.
	 * @param over the task, run on the loop
	 * @return the deadline, to be disposed of when the write is done
	 */
	default Disposable whenLate(Runnable over) {
		return writeDeadlines().after(loop(), over);
	}

	/**
	 * Notifies a listener when the operating system has taken all bytes written to the
	 * client. A stalled client is disconnected (protocol, section 6). Where this is not
	 * known, bytes that the server has accepted count as taken.
	 * @param listener is notified once
	 */
	default void watch(WriteListener listener) {
		listener.taken();
	}

	/**
	 * Closes the connection of a client that does not read, at once. Bytes that it has
	 * not taken are discarded. Without effect where the server does not support this.
	 */
	void cut();

	/**
	 * Notes that the answer is a stream or a WebSocket. Where the transport supports it,
	 * the operating system closes the connection of a client that acknowledges nothing
	 * for a time.
	 * @param heartbeat how long the stream may be silent
	 */
	default void streaming(Duration heartbeat) {
		// The operating system applies its own timeout.
	}

	/**
	 * Notes that the request has become a WebSocket.
	 */
	default void upgraded() {
		// Most servers need not adapt to it.
	}

	/**
	 * Whether the rest of a stream can be written straight to the socket, once the head
	 * of the answer is written.
	 * @param response the answer, perhaps decorated
	 * @return {@code false} also if a handler between the answer and the socket needs to
	 * see the bytes
	 */
	default boolean isDirect(ServerHttpResponse response) {
		return false;
	}

	/**
	 * Writes bytes to a {@linkplain #isDirect direct} socket, bypassing the server's
	 * codecs, and flushes. One write at a time: the next may start when the operating
	 * system has taken the last.
	 * @param bytes the bytes as they go over the wire, perhaps none, not changed any more
	 * @param listener is notified of the result, perhaps before this returns
	 * @throws IllegalStateException if the server has no direct sockets, so that
	 * {@link #isDirect} is never {@code true}
	 */
	default void write(byte[] bytes, WriteListener listener) {
		throw new IllegalStateException("Not direct");
	}

	/**
	 * Writes like {@link #write}, for bytes that other clients are sent as the same
	 * object.
	 * @param bytes the bytes, not changed any more
	 * @param listener is notified of the result, perhaps before this returns
	 * @throws IllegalStateException as {@code write} does
	 */
	default void writeShared(byte[] bytes, WriteListener listener) {
		write(bytes, listener);
	}

	/**
	 * Takes the rest of an answer on a {@linkplain #isDirect direct} socket over from the
	 * server, which then regards the exchange as complete and releases its memory. To be
	 * called after the head of the answer is written, before the answer is complete.
	 * @param gone is called when the connection ends before the answer does
	 * @return whether it was taken over; if not, the server goes on with the answer
	 */
	default boolean takeOver(Runnable gone) {
		return false;
	}

	/**
	 * Takes the answer to a poll over from the server, before it has begun. The exchange
	 * is then to be completed with an empty answer of status 200, which the client does
	 * not get: its headers become those of the answer to the poll. To be called on the
	 * event loop of the socket.
	 * @param response the response of the exchange, perhaps decorated, not committed
	 * @param poll the poll, which waits
	 * @param dialect the dialect of the poll
	 * @return writes the answer, or {@code null} if the exchange has to last as long as
	 * the poll
	 */
	default @Nullable DetachedClient detach(ServerHttpResponse response, Poll poll, PollDialect dialect) {
		return null;
	}

	/**
	 * Ends an answer that was taken over.
	 */
	default void end() {
		// Nothing can be taken over.
	}

}
