package io.github.cometspring.netty;

import java.util.concurrent.RejectedExecutionException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers of bytes that one event loop writes to many sockets in one turn. The
 * sockets share one buffer, where each would make a copy of its own. Belongs to its event
 * loop.
 * <p>
 * A buffer is read-only and reference-counted. Each socket holds it until it has taken
 * the bytes; this object holds it until the end of the turn. So an idle channel pins no
 * direct memory, a log that drops messages has no buffer to release, and no direct memory
 * waits for the garbage collector, which does not see its size.
 */
final class SharedBuffers {

	/**
	 * The number of different answers that are kept: one for each transport, and one for
	 * each further form of event streams.
	 */
	private static final int ENTRIES = 6;

	private static final FastThreadLocal<SharedBuffers> OF_THREAD = new FastThreadLocal<>();

	private final EventLoop loop;

	private final @Nullable Entry[] entries = new Entry[ENTRIES];

	private int next;

	private boolean releaseScheduled;

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
	 * A buffer of bytes that may be written to other sockets, too. The first writer may
	 * be the only one, and gets a buffer that wraps the array.
	 * @param bytes the bytes, not changed any more
	 * @param allocator makes the buffer
	 * @return the buffer, to be released by the caller
	 */
	ByteBuf buffer(byte[] bytes, ByteBufAllocator allocator) {
		for (Entry entry : this.entries) {
			if (entry != null && entry.bytes == bytes) {
				return share(entry, allocator);
			}
		}
		Entry last = this.entries[this.next];
		if (last != null) {
			last.release();
		}
		this.entries[this.next] = new Entry(bytes);
		this.next = (this.next + 1) % ENTRIES;
		return Unpooled.wrappedBuffer(bytes);
	}

	private ByteBuf share(Entry entry, ByteBufAllocator allocator) {
		ByteBuf buffer = entry.buffer;
		if (buffer == null) {
			if (!scheduleRelease()) {
				return Unpooled.wrappedBuffer(entry.bytes);
			}
			buffer = allocator.directBuffer(entry.bytes.length).writeBytes(entry.bytes).asReadOnly();
			entry.buffer = buffer;
		}
		return buffer.retainedDuplicate();
	}

	private boolean scheduleRelease() {
		if (!this.releaseScheduled) {
			try {
				this.loop.execute(this::release);
				this.releaseScheduled = true;
			}
			catch (RejectedExecutionException ex) {
				// The loop is shutting down, and does not run the task.
			}
		}
		return this.releaseScheduled;
	}

	private void release() {
		this.releaseScheduled = false;
		for (Entry entry : this.entries) {
			if (entry != null) {
				entry.release();
			}
		}
	}

	/**
	 * Bytes that have been written, and the buffer for all writers but the first.
	 */
	private static final class Entry {

		private final byte[] bytes;

		private @Nullable ByteBuf buffer;

		private Entry(byte[] bytes) {
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
