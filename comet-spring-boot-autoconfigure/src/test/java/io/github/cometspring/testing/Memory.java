package io.github.cometspring.testing;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;

/**
 * The memory that this process uses: reachable objects in the heap, and Netty's direct
 * buffers.
 *
 * @param heap bytes in the heap after a collection
 * @param direct bytes of Netty's direct buffers
 */
public record Memory(long heap, long direct) {

	private static final long MEGABYTE = 1024 * 1024;

	private static final int SAMPLES = 3;

	private static final Duration INTERVAL = Duration.ofMillis(30);

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

	/**
	 * Measures when the use is stable: collections free no more, and work in progress
	 * allocates no more. On a machine so busy that this does not come about, it is the
	 * least use of the last collections.
	 * @return the memory in use
	 */
	public static Memory inUse() {
		Deque<Memory> last = new ArrayDeque<>();
		long start = System.nanoTime();
		do {
			if (last.size() == SAMPLES) {
				last.removeLast();
			}
			LockSupport.parkNanos(INTERVAL.toNanos());
			System.gc();
			last.addFirst(
					new Memory(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), usedDirectMemory()));
		}
		while (!isStable(last) && System.nanoTime() - start < PATIENCE.toNanos());
		return isStable(last) ? last.getFirst()
				: last.stream().min(Comparator.comparing((memory) -> memory.heap + memory.direct)).orElseThrow();
	}

	private static boolean isStable(Deque<Memory> last) {
		return last.size() == SAMPLES && last.stream()
			.map((memory) -> memory.since(last.getFirst()))
			.allMatch((change) -> Math.abs(change.heap) + Math.abs(change.direct) < MEGABYTE / 4);
	}

	/**
	 * Measures until less than a number of bytes more is in use than at this measure, or
	 * for half a minute: a busy machine may have work in progress that retains memory for
	 * longer than two measures take.
	 * @param most the number of bytes
	 * @return the last measure, compared with this one
	 */
	public Memory awaitGrowthBelow(long most) {
		long start = System.nanoTime();
		Memory more = inUse().since(this);
		while (more.growth() >= most && System.nanoTime() - start < LONGEST_WAIT.toNanos()) {
			more = inUse().since(this);
		}
		return more;
	}

	private static long usedDirectMemory() {
		ByteBufAllocatorMetric metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
		return metric.usedDirectMemory();
	}

	/**
	 * How much more is in use.
	 * @param before what was in use before
	 * @return the difference, in bytes
	 */
	public Memory since(Memory before) {
		return new Memory(this.heap - before.heap, this.direct - before.direct);
	}

	/**
	 * The growth of both together; if one has become smaller, it counts as zero.
	 * @return the bytes
	 */
	public long growth() {
		return Math.max(0, this.heap) + Math.max(0, this.direct);
	}

	@Override
	public String toString() {
		return "heap %.1f MB, direct %.1f MB".formatted((double) this.heap / MEGABYTE, (double) this.direct / MEGABYTE);
	}

}
