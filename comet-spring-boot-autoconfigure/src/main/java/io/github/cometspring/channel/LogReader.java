package io.github.cometspring.channel;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Reads a log for one subscriber of the application. It holds a place and no queue: an
 * event of the live feed only causes a read, and messages are read when the subscriber
 * requests more. A slow subscriber falls behind, and finds a gap when the history no
 * longer has its position.
 */
final class LogReader {

	private final ChannelLog log;

	private final Cursor from;

	private volatile @Nullable LogPlace place;

	LogReader(ChannelLog log, Cursor from) {
		this.log = log;
		this.from = from;
	}

	Flux<Message> messages(Scheduler scheduler) {
		return this.log.prepare(this.from).thenMany(Flux.defer(() -> follow(scheduler)));
	}

	private Flux<Message> follow(Scheduler scheduler) {
		Flux<Boolean> events = this.log.live().map((publication) -> true).onBackpressureLatest();
		return Flux.merge(1, events, Mono.fromSupplier(this::begin))
			.publishOn(scheduler, 1)
			.concatMapIterable((event) -> read(), 1)
			.concatWith(Flux.defer(() -> Flux.fromIterable(read())));
	}

	private boolean begin() {
		this.log.touch();
		LogPlace place = new LogPlace(this.log, this.from);
		place.begin();
		this.place = place;
		return true;
	}

	private List<Message> read() {
		LogPlace place = this.place;
		if (place == null) {
			// An event that came before begin(). The read after begin() finds its
			// message.
			return List.of();
		}
		List<Message> messages = read(place);
		while (place.position().epoch() != this.log.newest().epoch()) {
			// It stopped where an epoch ended; what comes after that is another look.
			List<Message> more = read(place);
			if (!more.isEmpty()) {
				messages = new ArrayList<>(messages);
				messages.addAll(more);
			}
		}
		return messages;
	}

	private static List<Message> read(LogPlace place) {
		Replay replay = place.look();
		place.moveTo(replay.position(), replay.gap());
		if (replay.messages().isEmpty() || !place.takeGap()) {
			return replay.messages();
		}
		List<Message> messages = new ArrayList<>(replay.messages());
		messages.set(0, messages.get(0).markedAfterGap());
		return messages;
	}

}
