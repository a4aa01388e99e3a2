package io.github.cometspring.test;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * Passes events on as they are requested, and leaves the others in the inbox.
 */
final class EventPump implements Runnable {

	private final AtomicInteger calls = new AtomicInteger();

	private final Inbox inbox;

	private final FluxSink<CometEvent> sink;

	private EventPump(Inbox inbox, FluxSink<CometEvent> sink) {
		this.inbox = inbox;
		this.sink = sink;
	}

	static Flux<CometEvent> of(Inbox inbox) {
		return Flux.create((sink) -> {
			EventPump pump = new EventPump(inbox, sink);
			sink.onDispose(() -> inbox.listen(null));
			inbox.listen(pump);
			sink.onRequest((n) -> pump.run());
			pump.run();
		}, FluxSink.OverflowStrategy.ERROR);
	}

	/**
	 * One thread at a time passes events on; calls meanwhile let it look again.
	 */
	@Override
	public void run() {
		if (this.calls.getAndIncrement() > 0) {
			return;
		}
		int seen = 1;
		while (seen > 0) {
			pass();
			seen = this.calls.addAndGet(-seen);
		}
	}

	private void pass() {
		while (this.sink.requestedFromDownstream() > 0 && !this.sink.isCancelled()) {
			@Nullable CometEvent event = this.inbox.poll();
			if (event == null) {
				break;
			}
			this.sink.next(event);
		}
		if (this.inbox.isExhausted()) {
			this.sink.complete();
		}
	}

}
