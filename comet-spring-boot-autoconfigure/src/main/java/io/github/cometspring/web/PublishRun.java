package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelName;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.OnceKey;
import io.github.cometspring.channel.OnceOutcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.protocol.PublishEntry;
import io.github.cometspring.protocol.PublishResult;
import io.github.cometspring.subscription.PublishCounts;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Publishes the messages of one request, one after the other, so that the messages of a
 * channel keep their order. When one fails for the moment, those after it are not tried:
 * a publisher that sends them again must not change the order either.
 * <p>
 * Used once. Its methods are called one at a time.
 */
final class PublishRun {

	private static final Retry ONCE_IF_CLOSED = Retry.max(1)
		.filter(ChannelClosedException.class::isInstance)
		.onRetryExhaustedThrow((retry, signal) -> signal.failure());

	private final Channels channels;

	private final boolean creating;

	private final List<PublishEntry> entries;

	private final @Nullable Set<String> permitted;

	private final @Nullable String key;

	private final Duration keyValidity;

	/**
	 * Also read by the event loop when the run is given up.
	 */
	private final AtomicReferenceArray<@Nullable PublishResult> results;

	/**
	 * The channels that were found; {@code null} if there is one message alone.
	 */
	private final @Nullable Map<String, Channel> found;

	/**
	 * The index of the first message that {@link #publishAtOnce} has left.
	 */
	private int next;

	/**
	 * What {@link #publishAtOnce} has made of that message and has to wait for;
	 * {@code null} if it has made nothing, or another call has taken it.
	 */
	private @Nullable Mono<PublishResult> begun;

	/**
	 * Whether a message has failed for the moment.
	 */
	private boolean stopped;

	/**
	 * Creates a run.
	 * @param channels the channels
	 * @param limits what publishers may do
	 * @param entries the messages
	 * @param permitted the ids of the channels on which the publisher may publish, or
	 * {@code null} for all
	 * @param key identifies the request, with who has sent it, or {@code null} if the
	 * publisher has sent no key
	 */
	PublishRun(Channels channels, PublishLimits limits, List<PublishEntry> entries, @Nullable Set<String> permitted,
			@Nullable String key) {
		this.channels = channels;
		this.creating = limits.creating();
		this.entries = entries;
		this.permitted = permitted;
		this.key = key;
		this.keyValidity = limits.keyValidity();
		this.results = new AtomicReferenceArray<>(entries.size());
		this.found = (entries.size() > 1) ? new HashMap<>(4) : null;
	}

	/**
	 * Publishes messages as long as the channels take them at once, which those in memory
	 * do. To be called first.
	 * @return whether all results are known; if not, {@link #publish} publishes the rest
	 */
	boolean publishAtOnce() {
		while (this.next < this.entries.size()) {
			PublishResult result = resultAtOnce(this.entries.get(this.next));
			if (result == null) {
				return false;
			}
			this.results.set(this.next, result);
			this.next++;
		}
		return true;
	}

	/**
	 * Publishes a message if its channel takes it at once. If not, what has been made is
	 * kept for {@link #publish}, so that its channel is asked once.
	 * @return the result, or {@code null} if nothing has been published
	 */
	private @Nullable PublishResult resultAtOnce(PublishEntry entry) {
		String id = entry.channel();
		PublishResult refusal = refusal(id);
		if (refusal != null || this.key != null) {
			return refusal;
		}
		try {
			return publishAtOnce(entry);
		}
		catch (ChannelClosedException ex) {
			// Looked up again
			forget(id);
			return null;
		}
		// Also errors, because the publisher must get an answer.
		catch (Throwable ex) {
			return failure(id, Exceptions.unwrap(ex));
		}
	}

	private @Nullable PublishResult publishAtOnce(PublishEntry entry) throws Exception {
		String id = entry.channel();
		Channel channel = found(id);
		if (channel == null) {
			Mono<Channel> finding = find(id);
			if (!(finding instanceof Callable<?>)) {
				int index = this.next;
				this.begun = remembered(id, finding).flatMap((first) -> publish(first, entry, index));
				return null;
			}
			channel = call(finding);
			if (channel == null) {
				return PublishFailure.unknownChannel(id);
			}
			remember(id, channel);
		}
		Mono<Position> publication = channel.publish(entry.data(channel.format()));
		if (!(publication instanceof Callable<?>)) {
			this.begun = published(id, publication);
			return null;
		}
		Position position = call(publication);
		return (position != null) ? PublishResult.published(id, position, false) : PublishFailure.unknownChannel(id);
	}

	/**
	 * Asks a callable for its value, which it has at once, as the operators of Reactor
	 * do. A subscription would cost more.
	 */
	@SuppressWarnings("unchecked")
	private static <T> @Nullable T call(Mono<T> callable) throws Exception {
		return ((Callable<@Nullable T>) callable).call();
	}

	/**
	 * Publishes all messages that {@link #publishAtOnce} has left.
	 * @return completes when all results are known
	 */
	Mono<Void> publish() {
		int rest = this.entries.size() - this.next;
		if (rest == 1) {
			return publishAt(this.next).then();
		}
		return Flux.range(this.next, rest).concatMap(this::publishAt, 0).then();
	}

	private Mono<PublishResult> publishAt(int index) {
		PublishEntry entry = this.entries.get(index);
		String id = entry.channel();
		PublishResult refusal = refusal(id);
		if (refusal != null) {
			this.results.set(index, refusal);
			return Mono.empty();
		}
		// Deferred, as a channel that has ended is looked up again.
		Mono<PublishResult> publication = Mono.defer(() -> attempt(entry, index))
			.doOnError(ChannelClosedException.class, (ex) -> forget(id));
		return (this.creating ? publication.retryWhen(ONCE_IF_CLOSED) : publication)
			.onErrorResume((ex) -> Mono.just(failure(id, ex)))
			.switchIfEmpty(Mono.fromSupplier(() -> PublishFailure.unknownChannel(id)))
			.doOnNext((result) -> this.results.set(index, result));
	}

	private Mono<PublishResult> attempt(PublishEntry entry, int index) {
		Mono<PublishResult> begun = this.begun;
		if (begun != null) {
			// Of this message, which is the first that publishAtOnce has left
			this.begun = null;
			return begun;
		}
		return channel(entry.channel()).flatMap((channel) -> publish(channel, entry, index));
	}

	private PublishResult failure(String id, Throwable error) {
		PublishResult result = PublishFailure.of(id, error);
		this.stopped = PublishFailure.stops(result, error);
		return result;
	}

	private @Nullable PublishResult refusal(String id) {
		if (this.stopped) {
			return PublishFailure.notTried(id);
		}
		if (this.permitted != null && !this.permitted.contains(id)) {
			return PublishFailure.forbidden(id);
		}
		return ChannelName.isValid(id) ? null : PublishFailure.invalidChannel(id);
	}

	private Mono<Channel> channel(String id) {
		Channel channel = found(id);
		if (channel != null) {
			return Mono.just(channel);
		}
		return remembered(id, find(id));
	}

	private Mono<Channel> find(String id) {
		return this.creating ? this.channels.obtain(id) : this.channels.find(id);
	}

	private @Nullable Channel found(String id) {
		return (this.found != null) ? this.found.get(id) : null;
	}

	private Mono<Channel> remembered(String id, Mono<Channel> finding) {
		return (this.found == null) ? finding : finding.doOnNext((channel) -> remember(id, channel));
	}

	private void remember(String id, Channel channel) {
		if (this.found != null) {
			this.found.put(id, channel);
		}
	}

	private void forget(String id) {
		if (this.found != null) {
			this.found.remove(id);
		}
	}

	private Mono<PublishResult> publish(Channel channel, PublishEntry entry, int index) {
		String data = entry.data(channel.format());
		String id = entry.channel();
		if (this.key == null) {
			return published(id, channel.publish(data));
		}
		// A hash, as the key of a request may be longer than keys are kept
		return channel.publishOnce(data, new OnceKey(OnceKey.fingerprint(index + "\n" + this.key), this.keyValidity))
			.map((OnceOutcome outcome) -> PublishResult.published(id, outcome.position(), outcome.repeated()));
	}

	private static Mono<PublishResult> published(String id, Mono<Position> publication) {
		return publication.map((position) -> PublishResult.published(id, position, false));
	}

	/**
	 * The results in the order of the messages. If the run was given up, the message that
	 * it was at has an unknown outcome, and those after it were not tried.
	 * @param counts counts them
	 * @return a result for each message
	 */
	List<PublishResult> results(PublishCounts counts) {
		List<PublishResult> all = new ArrayList<>(this.entries.size());
		boolean at = true;
		for (int i = 0; i < this.entries.size(); i++) {
			PublishResult result = this.results.get(i);
			if (result == null) {
				String id = this.entries.get(i).channel();
				result = at ? PublishFailure.unknownOutcome(id) : PublishFailure.notTried(id);
				at = false;
			}
			counts.add(PublishFailure.outcome(result));
			all.add(result);
		}
		return all;
	}

}
