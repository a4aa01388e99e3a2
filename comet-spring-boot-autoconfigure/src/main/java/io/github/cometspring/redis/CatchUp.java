package io.github.cometspring.redis;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Looks for what a node lacks, one look at a time: who asks while there is one waits for
 * the next, together with all others who do, since the one under way may be too early.
 * <p>
 * Thread-safe; the lock is this object.
 */
final class CatchUp {

	private final Supplier<CompletableFuture<Void>> look;

	private @Nullable CompletableFuture<Void> current;

	private @Nullable CompletableFuture<Void> next;

	CatchUp(Supplier<CompletableFuture<Void>> look) {
		this.look = look;
	}

	/**
	 * Has a look taken that begins from now on.
	 * @return completes with the end of that look
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
		CompletableFuture<Void> looking;
		try {
			looking = this.look.get();
		}
		catch (RuntimeException ex) {
			looking = CompletableFuture.failedFuture(ex);
		}
		looking.whenComplete((done, ex) -> {
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
