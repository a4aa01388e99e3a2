package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

import org.springframework.stereotype.Component;

/**
 * Stands for a language model: it writes a text it knows by heart, token by token, and
 * asks no network. A real one has the same type, a {@code Flux} of tokens.
 */
@Component
class SimulatedModel {

	/** Time between two tokens. */
	static final Duration PACE = Duration.ofMillis(70);

	private static final List<String> TEXTS = List.of(
			"""
					Halley’s comet comes back every 75 to 79 years. It was seen in 1986, and will be seen again in the summer of \
					2061.

					Between two visits nobody hears from it, and yet it has not been lost: it goes on along its path, past the \
					orbit of Neptune, and returns to where the people who wait for it expect it. They keep their place in the \
					sky, not the comet.

					A page that listens to a channel does the same. It keeps its place, goes behind the Sun for a while, and when \
					it returns it receives whatever was said meanwhile, from the first word it lacks.""",
			"""
					A comet is a ball of ice and dust, a few kilometres across, that was left over when the planets were made. \
					Far from the Sun it is dark and still.

					As it comes near, the ice turns to gas and carries the dust along. The light of the Sun pushes the dust into \
					a curved tail, and the solar wind blows the gas into a straight one, so that both point away from the Sun, \
					whichever way the comet flies.

					What it throws off stays on its path for centuries. When the Earth crosses that path we see shooting stars: \
					those of each October were once a part of Halley’s comet.""");

	private final Scheduler scheduler;

	SimulatedModel(Scheduler auctionScheduler) {
		this.scheduler = auctionScheduler;
	}

	/**
	 * The answer to a question.
	 * @param question the question
	 * @return the tokens, which together are the {@link #text(String) text}
	 */
	Flux<String> answer(String question) {
		return Flux.defer(() -> Flux.fromStream(tokens(question))).delayElements(PACE, this.scheduler);
	}

	private static Stream<String> tokens(String question) {
		// Each word with the space before it, as models do
		return Stream.of(text(question).split("(?=[ \n])"));
	}

	/**
	 * The complete answer to a question.
	 */
	static String text(String question) {
		return TEXTS.get(Math.floorMod(question.hashCode(), TEXTS.size()));
	}

}
