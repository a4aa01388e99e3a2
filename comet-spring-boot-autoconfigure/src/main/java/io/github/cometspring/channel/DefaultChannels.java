package io.github.cometspring.channel;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The application's view of a {@link ChannelBroker}. Checks names and sizes, and returns
 * {@link Channel channels}.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class DefaultChannels implements Channels {

	private final ChannelBroker broker;

	/**
	 * The broker, if nobody has to wait for its answers.
	 */
	private final @Nullable ImmediateChannelBroker immediate;

	private final ChannelDefaults defaults;

	private final long maxMessageSize;

	private final Scheduler scheduler;

	private final LongAdder published = new LongAdder();

	private final ChannelGrants grants;

	private final PublicationObserver observer;

	private final OnceMemory once;

	/**
	 * Creates the view, which cannot sign grants.
	 * @param broker stores the channels
	 * @param defaultSettings the settings of channels that are created without any
	 * @param maxMessageSize the size of the largest message, in UTF-8 bytes
	 * @param scheduler calls the subscribers of the application
	 */
	public DefaultChannels(ChannelBroker broker, ChannelSettings defaultSettings, long maxMessageSize,
			Scheduler scheduler) {
		this(broker, ChannelDefaults.of(defaultSettings), maxMessageSize, scheduler, ChannelGrants.NONE);
	}

	/**
	 * Creates the view, whose publications are not observed.
	 * @param broker stores the channels
	 * @param defaults the settings of channels that are created without any
	 * @param maxMessageSize the size of the largest message, in UTF-8 bytes
	 * @param scheduler calls the subscribers of the application
	 * @param grants signs grants
	 */
	public DefaultChannels(ChannelBroker broker, ChannelDefaults defaults, long maxMessageSize, Scheduler scheduler,
			ChannelGrants grants) {
		this(broker, defaults, maxMessageSize, scheduler, grants, PublicationObserver.NONE);
	}

	/**
	 * Creates the view.
	 * @param broker stores the channels
	 * @param defaults the settings of channels that are created without any
	 * @param maxMessageSize the size of the largest message, in UTF-8 bytes
	 * @param scheduler calls the subscribers of the application
	 * @param grants signs grants
	 * @param observer observes publications
	 */
	public DefaultChannels(ChannelBroker broker, ChannelDefaults defaults, long maxMessageSize, Scheduler scheduler,
			ChannelGrants grants, PublicationObserver observer) {
		this.broker = broker;
		this.immediate = (broker instanceof ImmediateChannelBroker immediate) ? immediate : null;
		this.defaults = defaults;
		this.maxMessageSize = maxMessageSize;
		this.scheduler = scheduler;
		this.grants = grants;
		this.observer = observer;
		this.once = new OnceMemory(MonotonicTime.of(scheduler)::nanoTime, OnceMemory.MAX_KEYS);
	}

	@Override
	public Mono<Channel> create() {
		return create(this.defaults.general());
	}

	@Override
	public Mono<Channel> create(ChannelSettings settings) {
		return Mono.defer(() -> create(ChannelName.generate(), settings));
	}

	@Override
	public Mono<Channel> create(String name) {
		return named(name, (id) -> this.broker.create(id, this.defaults.forName(id)));
	}

	@Override
	public Mono<Channel> create(String name, ChannelSettings settings) {
		return named(name, (id) -> this.broker.create(id, settings));
	}

	@Override
	public Mono<Channel> obtain(String name) {
		ImmediateChannelBroker immediate = this.immediate;
		if (immediate != null) {
			// A callable, as in find
			return Mono.fromCallable(() -> channel(immediate.obtainNow(name, this.defaults.forName(name))));
		}
		return named(name, (id) -> this.broker.obtain(id, this.defaults.forName(id)));
	}

	@Override
	public Mono<Channel> obtain(String name, ChannelSettings settings) {
		return named(name, (id) -> this.broker.obtain(id, settings));
	}

	private Mono<Channel> named(String name, Function<String, Mono<ChannelLog>> log) {
		return Mono.fromCallable(() -> ChannelName.requireValid(name)).flatMap(log).map(this::channel);
	}

	@Override
	public Mono<Channel> find(String id) {
		ImmediateChannelBroker immediate = this.immediate;
		if (immediate != null) {
			// A callable, which a caller may ask for the channel without a subscription
			return Mono.fromSupplier(() -> {
				ChannelLog log = immediate.findNow(id);
				return (log != null && log.touch()) ? channel(log) : null;
			});
		}
		return Mono.defer(() -> this.broker.find(id)).filter(ChannelLog::touch).map(this::channel);
	}

	@Override
	public Flux<Channel> list() {
		return this.broker.list().map(this::channel);
	}

	@Override
	public Mono<Long> count() {
		return this.broker.state().map(BrokerState::channels);
	}

	/**
	 * The number of messages that were published through the channels of this object.
	 * @return the number since its creation, for monitoring
	 */
	public long published() {
		return this.published.sum();
	}

	@Override
	public String grant(String id, Duration validity) {
		return this.grants.grant(id, validity);
	}

	private Channel channel(ChannelLog log) {
		return new LogChannel(log, this.maxMessageSize, this.scheduler, this.published, this.observer, this.once);
	}

}
