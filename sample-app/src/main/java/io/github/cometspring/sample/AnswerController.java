package io.github.cometspring.sample;

import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.channel.TooManyChannelsException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Takes questions, and stops answers. The answers themselves come over their channels.
 */
@RestController
@RequestMapping("/api/answers")
class AnswerController {

	private static final int LONGEST = 500;

	private final Answers answers;

	AnswerController(Answers answers) {
		this.answers = answers;
	}

	@PostMapping
	@ResponseStatus(HttpStatus.CREATED)
	Mono<ChannelHandle> ask(@RequestBody Question question) {
		return Mono.defer(() -> this.answers.ask(question.require()));
	}

	@DeleteMapping("/{name}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	Mono<Void> stop(@PathVariable String name) {
		// Who comes late finds that it has ended by itself.
		return this.answers.stop(name).onErrorComplete(ChannelClosedException.class);
	}

	@ExceptionHandler
	ProblemDetail full(TooManyChannelsException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE,
				"Too many answers are being written. Please ask again.");
	}

	/**
	 * The body of a request.
	 *
	 * @param question what is asked
	 */
	record Question(@Nullable String question) {

		String require() {
			String text = (this.question != null) ? this.question.strip() : "";
			if (text.isEmpty() || text.length() > LONGEST) {
				throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
						"A question has 1 to %d characters.".formatted(LONGEST));
			}
			return text;
		}

	}

}
