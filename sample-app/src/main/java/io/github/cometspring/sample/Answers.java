package io.github.cometspring.sample;

import java.time.Duration;
import java.util.UUID;

import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.typed.BindOptions;
import io.github.cometspring.typed.TypedChannel;
import io.github.cometspring.typed.TypedChannels;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Service;

/**
 * Publishes the answers of the model, each on a channel of its own, which outlives the
 * request that asked. A page shows an answer from its beginning, however late it comes.
 */
@Service
class Answers implements DisposableBean {

	/** How the ids of the channels begin, so that no channel of a lot can be stopped. */
	private static final String CHANNELS = "answers/";

	private static final Log logger = LogFactory.getLog(Answers.class);

	/** Room for a whole answer, for pages that come later. */
	private static final ChannelSettings SETTINGS = ChannelSettings.DEFAULT.withHistorySize(2000)
		.withHistoryMaxAge(Duration.ofMinutes(30))
		.withIdleTimeout(Duration.ofMinutes(10));

	/** Longer than a hidden page is away between two polls. */
	private static final Duration GRACE = Duration.ofMinutes(2);

	private final TypedChannels channels;

	private final SimulatedModel model;

	private final BindOptions options;

	private final Disposable.Composite running = Disposables.composite();

	Answers(TypedChannels channels, SimulatedModel model, AuctionProperties properties) {
		this.channels = channels;
		this.model = model;
		// With several nodes the listeners may be on another one.
		this.options = properties.shared() ? BindOptions.autoConnect(0) : BindOptions.refCount(GRACE);
	}

	/**
	 * Asks the model. It begins when the page listens.
	 * @param question the question
	 * @return the beginning of the answer
	 */
	Mono<ChannelHandle> ask(String question) {
		return this.channels.create(CHANNELS + UUID.randomUUID(), Piece.class, SETTINGS)
			.flatMap((channel) -> channel.handle().doOnNext((handle) -> begin(channel, question)));
	}

	private void begin(TypedChannel<Piece> channel, String question) {
		Flux<Piece> pieces = Flux.concat(Mono.just(Piece.question(question)),
				this.model.answer(question).map(Piece::token), Mono.just(Piece.FINISHED));
		// The binding is not part of the request, so that it outlives it.
		Disposable.Swap binding = Disposables.swap();
		this.running.add(binding);
		binding.update(channel.bind(pieces, this.options)
			.doFinally((signal) -> this.running.remove(binding))
			.subscribe((nothing) -> {
			}, (ex) -> logger.warn("An answer has failed", ex)));
	}

	/**
	 * Stops an answer, on whichever node it is written.
	 * @param name the last part of the id of its channel
	 * @return completes when it has stopped, or when there was nothing to stop
	 */
	Mono<Void> stop(String name) {
		return this.channels.find(CHANNELS + name, Piece.class)
			.flatMap((channel) -> channel.publish(Piece.STOPPED).then(channel.close()));
	}

	/**
	 * The number of answers that are being written, or will be when somebody listens.
	 */
	int running() {
		return this.running.size();
	}

	@Override
	public void destroy() {
		this.running.dispose();
	}

}
