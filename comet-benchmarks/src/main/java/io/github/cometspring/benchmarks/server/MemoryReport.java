package io.github.cometspring.benchmarks.server;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

import io.netty.util.internal.PlatformDependent;

/**
 * The memory in use in a server after full collections: the heap, and the direct memory
 * of Netty and of the JDK.
 */
final class MemoryReport {

	private static final int COLLECTIONS = 3;

	private MemoryReport() {
	}

	/**
	 * Collects, and measures.
	 * @return one line, {@code MEMORY heap=<bytes> direct=<bytes>}
	 */
	static String take() {
		long heap = heap();
		// Negative if Netty's direct memory is part of the JDK's
		long direct = Math.max(0, PlatformDependent.usedDirectMemory());
		for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
			if (pool.getName().equals("direct")) {
				direct += pool.getMemoryUsed();
			}
		}
		return "MEMORY heap=" + heap + " direct=" + direct + "\n";
	}

	/**
	 * Collects, and measures the heap.
	 * @return the bytes in use
	 */
	static long heap() {
		for (int i = 0; i < COLLECTIONS; i++) {
			System.gc();
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

}
