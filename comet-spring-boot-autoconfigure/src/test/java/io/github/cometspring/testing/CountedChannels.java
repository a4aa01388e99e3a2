package io.github.cometspring.testing;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.OnceKey;
import io.github.cometspring.channel.OnceOutcome;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The channels of one node, with the clients of two: a test that waits for its clients
 * does not know where they are.
 */
final class CountedChannels implements Channels {

	private final Channels first;

	private final Channels second;

	CountedChannels(Channels first, Channels second) {
		this.first = first;
		this.second = second;
	}

	private Mono<Channel> counted(Mono<Channel> channel) {
		return channel.flatMap((here) -> this.second.find(here.id())
			.<Channel>map((there) -> new Counted(here, there))
			.defaultIfEmpty(new Counted(here, null)));
	}

	@Override
	public Mono<Channel> create() {
		return counted(this.first.create());
	}

	@Override
	public Mono<Channel> create(ChannelSettings settings) {
		return counted(this.first.create(settings));
	}

	@Override
	public Mono<Channel> create(String name) {
		return counted(this.first.create(name));
	}

	@Override
	public Mono<Channel> create(String name, ChannelSettings settings) {
		return counted(this.first.create(name, settings));
	}

	@Override
	public Mono<Channel> obtain(String name) {
		return counted(this.first.obtain(name));
	}

	@Override
	public Mono<Channel> obtain(String name, ChannelSettings settings) {
		return counted(this.first.obtain(name, settings));
	}

	@Override
	public Mono<Channel> find(String id) {
		return counted(this.first.find(id));
	}

	@Override
	public Flux<Channel> list() {
		return this.first.list().concatMap((channel) -> counted(Mono.just(channel)));
	}

	@Override
	public Mono<Long> count() {
		return this.first.count();
	}

	@Override
	public String grant(String id, Duration validity) {
		return this.first.grant(id, validity);
	}

	private record Counted(Channel here, @Nullable Channel there) implements Channel {

		@Override
		public String id() {
			return this.here.id();
		}

		@Override
		public MessageFormat format() {
			return this.here.format();
		}

		@Override
		public Mono<Position> publish(String data) {
			return this.here.publish(data);
		}

		@Override
		public Mono<OnceOutcome> publishOnce(String data, OnceKey key) {
			return this.here.publishOnce(data, key);
		}

		@Override
		public Mono<Outcome> deliver(String data) {
			return this.here.deliver(data);
		}

		@Override
		public Flux<Message> messages() {
			return this.here.messages();
		}

		@Override
		public Flux<Message> messages(Cursor from) {
			return this.here.messages(from);
		}

		@Override
		public Mono<Cursor> cursor() {
			return this.here.cursor();
		}

		@Override
		public int subscribers() {
			return this.here.subscribers() + ((this.there != null) ? this.there.subscribers() : 0);
		}

		@Override
		public Flux<Integer> subscriberCounts() {
			return (this.there == null) ? this.here.subscriberCounts()
					: Flux.combineLatest(this.here.subscriberCounts(), this.there.subscriberCounts(), Integer::sum);
		}

		@Override
		public Mono<Void> close() {
			return this.here.close();
		}

	}

}
