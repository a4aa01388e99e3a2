package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelName;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.OnceKey;
import io.github.cometspring.channel.OnceOutcome;
import io.github.cometspring.protocol.PublishEntry;
import io.github.cometspring.protocol.PublishResult;
import io.github.cometspring.subscription.PublishCounts;
import org.jspecify.annotations.Nullable;
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

	private final Map<String, Channel> found = new HashMap<>(4);

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
	}

	/**
	 * Publishes.
	 * @return completes when all results are known
	 */
	Mono<Void> publish() {
		if (this.entries.size() == 1) {
			return publishAt(0).then();
		}
		return Flux.range(0, this.entries.size()).concatMap(this::publishAt, 0).then();
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
		Mono<PublishResult> publication = Mono
			.defer(() -> channel(id).flatMap((channel) -> publish(channel, entry, index)))
			.doOnError(ChannelClosedException.class, (ex) -> this.found.remove(id));
		return (this.creating ? publication.retryWhen(ONCE_IF_CLOSED) : publication)
			.onErrorResume((ex) -> Mono.just(failure(id, ex)))
			.switchIfEmpty(Mono.fromSupplier(() -> PublishFailure.unknownChannel(id)))
			.doOnNext((result) -> this.results.set(index, result));
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
		Channel channel = this.found.get(id);
		if (channel != null) {
			return Mono.just(channel);
		}
		Mono<Channel> finding = this.creating ? this.channels.obtain(id) : this.channels.find(id);
		return (this.entries.size() == 1) ? finding : finding.doOnNext((first) -> this.found.put(id, first));
	}

	private Mono<PublishResult> publish(Channel channel, PublishEntry entry, int index) {
		String data = entry.data(channel.format());
		String id = entry.channel();
		if (this.key == null) {
			return channel.publish(data).map((position) -> PublishResult.published(id, position, false));
		}
		// A hash, as the key of a request may be longer than keys are kept
		return channel.publishOnce(data, new OnceKey(OnceKey.fingerprint(index + "\n" + this.key), this.keyValidity))
			.map((OnceOutcome outcome) -> PublishResult.published(id, outcome.position(), outcome.repeated()));
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
