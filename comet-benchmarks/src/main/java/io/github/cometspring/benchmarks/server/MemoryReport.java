package io.github.cometspring.benchmarks.server;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

import io.netty.util.internal.PlatformDependent;

/**
 * What lives in a server after full collections: heap, and direct memory of Netty and of
 * the JDK.
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
		for (int i = 0; i < COLLECTIONS; i++) {
			System.gc();
		}
		long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
		// Negative where Netty's is part of the JDK's
		long direct = Math.max(0, PlatformDependent.usedDirectMemory());
		for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
			if (pool.getName().equals("direct")) {
				direct += pool.getMemoryUsed();
			}
		}
		return "MEMORY heap=" + heap + " direct=" + direct + "\n";
	}

}
