package io.github.cometspring.redis;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Reads from Redis what a node lacks, or sends what Redis lacks, one at a time. Callers
 * during a read share the next one, since the current read may have begun too early for
 * them.
 * <p>
 * Thread-safe; the lock is this object.
 */
final class CatchUp {

	private final Supplier<CompletableFuture<Void>> read;

	private @Nullable CompletableFuture<Void> current;

	private @Nullable CompletableFuture<Void> next;

	CatchUp(Supplier<CompletableFuture<Void>> read) {
		this.read = read;
	}

	/**
	 * Requests a read that begins after this call.
	 * @return completes or fails with that read
	 */
	CompletableFuture<Void> run() {
		CompletableFuture<Void> begun;
		synchronized (this) {
			if (this.current != null) {
				if (this.next == null) {
					this.next = new CompletableFuture<>();
				}
				return this.next.copy();
			}
			begun = new CompletableFuture<>();
			this.current = begun;
		}
		begin(begun);
		return begun.copy();
	}

	private void begin(CompletableFuture<Void> begun) {
		CompletableFuture<Void> reading;
		try {
			reading = this.read.get();
		}
		catch (RuntimeException ex) {
			reading = CompletableFuture.failedFuture(ex);
		}
		reading.whenComplete((done, ex) -> {
			CompletableFuture<Void> following;
			synchronized (this) {
				following = this.next;
				this.next = null;
				this.current = following;
			}
			if (ex != null) {
				begun.completeExceptionally(ex);
			}
			else {
				begun.complete(null);
			}
			if (following != null) {
				begin(following);
			}
		});
	}

}
