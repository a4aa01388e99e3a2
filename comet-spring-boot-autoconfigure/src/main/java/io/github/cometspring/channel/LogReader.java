package io.github.cometspring.channel;

import java.util.ArrayList;
import java.util.List;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Reads a log for one subscriber of the application. It holds a place, not a queue: the
 * live feed only says that there is news, and the messages are read when the subscriber
 * asks for more. A slow one falls behind, and finds a gap when history has moved on.
 */
final class LogReader {

	private final ChannelLog log;

	private final Cursor from;

	private long offset;

	private boolean gap;

	private boolean live;

	LogReader(ChannelLog log, Cursor from) {
		this.log = log;
		this.from = from;
	}

	Flux<Message> messages(Scheduler scheduler) {
		Flux<Boolean> news = this.log.live().map((publication) -> true).onBackpressureLatest();
		// Listening comes before the first look, so nothing falls between the two.
		return Flux.merge(1, news, Mono.fromSupplier(this::start))
			.publishOn(scheduler, 1)
			.concatMapIterable((more) -> read(), 1)
			.concatWith(Flux.defer(() -> Flux.fromIterable(read())));
	}

	private boolean start() {
		long newest = this.log.newest();
		StartingPoint start = StartingPoint.of(this.log, this.from);
		this.offset = start.offset();
		this.gap = start.gap();
		// Whoever lacks nothing from before is no reader that resumes.
		this.live = this.offset >= newest && this.offset <= this.log.newest();
		return true;
	}

	private List<Message> read() {
		Replay replay = this.live ? this.log.readLive(this.offset) : this.log.read(this.offset);
		this.live = true;
		this.offset = replay.offset();
		this.gap = this.gap || replay.gap();
		if (!this.gap || replay.messages().isEmpty()) {
			return replay.messages();
		}
		this.gap = false;
		List<Message> messages = new ArrayList<>(replay.messages());
		messages.set(0, messages.get(0).markedAfterGap());
		return messages;
	}

}
