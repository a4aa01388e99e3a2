package io.github.cometspring.web;

import io.github.cometspring.subscription.ConnectedClient;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

import org.springframework.web.reactive.socket.WebSocketMessage;

/**
 * Finds out whether the client of a WebSocket is still there: it is asked by a ping at
 * each heartbeat of its {@link ConnectedClient}, and whatever it sends is a sign of life. From
 * the moment that the operating system has taken the ping, it has the time of a write to
 * give one. There is no timer while nothing is asked. Belongs to the event loop of the
 * socket; to be {@linkplain #end() ended} by its owner.
 */
final class LivenessCheck {

	private static final byte[] NOTHING = new byte[0];

	private final FrameWriter frames;

	private final Runnable missing;

	/**
	 * The deadline for the next sign, or {@code null} while the client owes none.
	 */
	private @Nullable Disposable owed;

	/**
	 * Whether the frames of the client are not read at the moment, so that a sign may be
	 * among them.
	 */
	private boolean deaf;

	private boolean over;

	/**
	 * Creates the signs of a client, who owes none to begin with.
	 * @param frames writes to the socket
	 * @param missing is run when the client has given no sign in time
	 */
	LivenessCheck(FrameWriter frames, Runnable missing) {
		this.frames = frames;
		this.missing = missing;
	}

	/**
	 * Asks for a sign.
	 * @param listener is told what becomes of the ping
	 */
	void ask(WriteListener listener) {
		this.frames.write(WebSocketMessage.Type.PING, NOTHING, new WriteListener() {

			@Override
			public void taken() {
				owe();
				listener.taken();
			}

			@Override
			public void lost() {
				listener.lost();
			}

		});
	}

	private void owe() {
		if (this.owed == null && !this.over) {
			this.owed = this.frames.socket().whenLate(this::expire);
		}
	}

	private void expire() {
		this.owed = null;
		if (this.deaf) {
			owe();
		}
		else if (!this.over) {
			this.missing.run();
		}
	}

	/**
	 * The client has sent something.
	 */
	void heard() {
		Disposable owed = this.owed;
		if (owed != null) {
			this.owed = null;
			owed.dispose();
		}
	}

	/**
	 * Notes whether the client's next frame is being kept waiting.
	 */
	void setDeaf(boolean deaf) {
		this.deaf = deaf;
	}

	/**
	 * Asks no more.
	 */
	void end() {
		this.over = true;
		heard();
	}

}
