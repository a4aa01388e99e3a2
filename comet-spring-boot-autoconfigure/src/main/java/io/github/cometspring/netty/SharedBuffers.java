package io.github.cometspring.netty;

import java.util.concurrent.RejectedExecutionException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers of what one event loop writes to many sockets in one turn: the sockets
 * share one, where each would make a copy of its own. Belongs to its event loop.
 * <p>
 * A buffer is read-only and counted. Each socket holds it until it has taken the bytes;
 * this holds it until the end of the turn, and not as long as the bytes are kept. So
 * nothing direct is pinned for a channel where nothing happens, nobody has to know when
 * its messages are dropped, and no memory waits for the garbage collector, which does not
 * see how much direct memory there is.
 */
final class SharedBuffers {

	/**
	 * How many different answers are remembered: one for each transport.
	 */
	private static final int PLACES = 4;

	private static final FastThreadLocal<SharedBuffers> OF_THREAD = new FastThreadLocal<>();

	private final EventLoop loop;

	private final @Nullable Place[] places = new Place[PLACES];

	private int next;

	private boolean releaseDue;

	private SharedBuffers(EventLoop loop) {
		this.loop = loop;
	}

	/**
	 * The buffers of a loop.
	 * @param loop the loop of the calling thread
	 * @return its buffers
	 */
	static SharedBuffers of(EventLoop loop) {
		SharedBuffers buffers = OF_THREAD.get();
		if (buffers == null || buffers.loop != loop) {
			if (buffers != null) {
				buffers.release();
			}
			buffers = new SharedBuffers(loop);
			OF_THREAD.set(buffers);
		}
		return buffers;
	}

	/**
	 * A buffer of bytes that other sockets are written, too. Who is the first to write
	 * them may be the only one, and gets a buffer around the array.
	 * @param bytes the bytes, not changed any more
	 * @param allocator makes the buffer
	 * @return the buffer, to be released by the caller
	 */
	ByteBuf buffer(byte[] bytes, ByteBufAllocator allocator) {
		for (Place place : this.places) {
			if (place != null && place.bytes == bytes) {
				return share(place, allocator);
			}
		}
		Place last = this.places[this.next];
		if (last != null) {
			last.release();
		}
		this.places[this.next] = new Place(bytes);
		this.next = (this.next + 1) % PLACES;
		return Unpooled.wrappedBuffer(bytes);
	}

	private ByteBuf share(Place place, ByteBufAllocator allocator) {
		ByteBuf buffer = place.buffer;
		if (buffer == null) {
			if (!announceRelease()) {
				return Unpooled.wrappedBuffer(place.bytes);
			}
			buffer = allocator.directBuffer(place.bytes.length).writeBytes(place.bytes).asReadOnly();
			place.buffer = buffer;
		}
		return buffer.retainedDuplicate();
	}

	private boolean announceRelease() {
		if (!this.releaseDue) {
			try {
				this.loop.execute(this::release);
				this.releaseDue = true;
			}
			catch (RejectedExecutionException ex) {
				// The loop ends, and there would be no end of the turn.
			}
		}
		return this.releaseDue;
	}

	private void release() {
		this.releaseDue = false;
		for (Place place : this.places) {
			if (place != null) {
				place.release();
			}
		}
	}

	/**
	 * Bytes that have been written, and the buffer of those who were not the first.
	 */
	private static final class Place {

		private final byte[] bytes;

		private @Nullable ByteBuf buffer;

		private Place(byte[] bytes) {
			this.bytes = bytes;
		}

		private void release() {
			ByteBuf buffer = this.buffer;
			this.buffer = null;
			if (buffer != null) {
				buffer.release();
			}
		}

	}

}
