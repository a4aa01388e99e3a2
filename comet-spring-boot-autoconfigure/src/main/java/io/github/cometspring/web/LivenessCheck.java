package io.github.cometspring.web;

import io.github.cometspring.subscription.ConnectedClient;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

import org.springframework.web.reactive.socket.WebSocketMessage;

/**
 * Detects a WebSocket client that has disappeared: sends a ping at each heartbeat of its
 * {@link ConnectedClient}, and reports the client as missing if it sends no frame within
 * the write timeout after the operating system has taken the ping. There is no timer
 * while no ping is pending. Belongs to the event loop of the socket. Its owner
 * {@linkplain #end() ends} it.
 */
final class LivenessCheck {

	private static final byte[] NOTHING = new byte[0];

	private final FrameWriter frames;

	private final Runnable missing;

	/**
	 * The deadline for the client's next frame, or {@code null} while no ping is pending.
	 */
	private @Nullable Disposable deadline;

	/**
	 * Whether the client's frames are not being read at the moment. An answer to the ping
	 * may then be among those that wait.
	 */
	private boolean paused;

	private boolean over;

	/**
	 * Creates the check of a client, with no ping pending.
	 * @param frames writes to the socket
	 * @param missing is run when the client has sent no frame in time
	 */
	LivenessCheck(FrameWriter frames, Runnable missing) {
		this.frames = frames;
		this.missing = missing;
	}

	/**
	 * Sends a ping.
	 * @param listener is notified of the result of the write
	 */
	void ping(WriteListener listener) {
		this.frames.write(WebSocketMessage.Type.PING, NOTHING, new WriteListener() {

			@Override
			public void taken() {
				startDeadline();
				listener.taken();
			}

			@Override
			public void lost() {
				listener.lost();
			}

		});
	}

	private void startDeadline() {
		if (this.deadline == null && !this.over) {
			this.deadline = this.frames.socket().whenLate(this::expire);
		}
	}

	private void expire() {
		this.deadline = null;
		if (this.paused) {
			startDeadline();
		}
		else if (!this.over) {
			this.missing.run();
		}
	}

	/**
	 * Notes that the client has sent a frame.
	 */
	void received() {
		Disposable deadline = this.deadline;
		if (deadline != null) {
			this.deadline = null;
			deadline.dispose();
		}
	}

	/**
	 * Notes whether the client's next frame has to wait.
	 */
	void setPaused(boolean paused) {
		this.paused = paused;
	}

	/**
	 * Ends the check.
	 */
	void end() {
		this.over = true;
		received();
	}

}
