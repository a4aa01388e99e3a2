package io.github.cometspring.sample;

import java.security.Principal;

import io.github.cometspring.channel.ChannelHandle;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Tells a page who its visitor is, and where to listen for what concerns this visitor
 * alone. Without a log-in, each visitor has the name that they say.
 */
@RestController
@RequestMapping("/api/visitors")
class VisitorController {

	private final Visitors visitors;

	VisitorController(Visitors visitors) {
		this.visitors = visitors;
	}

	@GetMapping
	Mono<Visitor> visitor(@Nullable Principal principal) {
		return Mono.just(new Visitor((principal != null) ? principal.getName() : null));
	}

	@GetMapping("/{name}")
	Mono<ChannelHandle> notices(@PathVariable String name, @Nullable Principal principal) {
		if (principal != null && !principal.getName().equals(name)) {
			return Mono.error(new ResponseStatusException(HttpStatus.FORBIDDEN, "This is somebody else."));
		}
		return this.visitors.notices(name);
	}

	@ExceptionHandler
	ProblemDetail refused(BidRefusedException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, String.valueOf(ex.getMessage()));
	}

	/**
	 * Who visits the page.
	 *
	 * @param name the name of the user who is logged in, or {@code null} for nobody
	 */
	record Visitor(@Nullable String name) {
	}

}
