package io.github.cometspring.channel;

import java.util.Objects;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A log on which messages are published before one call of the reader. The test chooses
 * the call by its number.
 */
final class MovingLog implements ChannelLog {

	private final ChannelLog log;

	private final int messages;

	private int callsBefore;

	/**
	 * Creates a log.
	 * @param log the log that is read
	 * @param callsBefore the number of calls before that one
	 * @param messages the number of messages that are published
	 */
	MovingLog(ChannelLog log, int callsBefore, int messages) {
		this.log = log;
		this.callsBefore = callsBefore;
		this.messages = messages;
	}

	private ChannelLog move() {
		if (this.callsBefore-- == 0) {
			for (int i = 0; i < this.messages; i++) {
				Objects.requireNonNull(this.log.append("meanwhile").block());
			}
		}
		return this.log;
	}

	boolean hasMoved() {
		return this.callsBefore < 0;
	}

	@Override
	public String id() {
		return this.log.id();
	}

	@Override
	public ChannelSettings settings() {
		return this.log.settings();
	}

	@Override
	public Position newest() {
		return move().newest();
	}

	@Override
	public int retained() {
		return this.log.retained();
	}

	@Override
	public boolean isClosed() {
		return this.log.isClosed();
	}

	@Override
	public Mono<Position> append(String data) {
		return this.log.append(data);
	}

	@Override
	public Mono<Outcome> deliver(String data) {
		return this.log.deliver(data);
	}

	@Override
	public Replay read(Position after) {
		return move().read(after);
	}

	@Override
	public Replay readLive(Position after) {
		return move().readLive(after);
	}

	@Override
	public Replay readAll() {
		return move().readAll();
	}

	@Override
	public Flux<Publication> live() {
		return new Flux<>() {
			@Override
			public void subscribe(CoreSubscriber<? super Publication> subscriber) {
				move().live().subscribe(subscriber);
				// As soon as the reader has subscribed
				move();
			}
		};
	}

	@Override
	public int subscribers() {
		return this.log.subscribers();
	}

	@Override
	public void join() {
		this.log.join();
	}

	@Override
	public void leave() {
		this.log.leave();
	}

	@Override
	public Mono<Void> close() {
		return this.log.close();
	}

}
