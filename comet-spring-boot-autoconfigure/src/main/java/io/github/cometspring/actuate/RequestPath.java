package io.github.cometspring.actuate;

import java.util.List;
import java.util.stream.Collectors;

import io.github.cometspring.control.CometCommand;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.http.server.PathContainer;

/**
 * The rest of a request's path after the path of the endpoint. It is used instead of
 * selectors, which a query parameter or a member of the body with the same name
 * overrides.
 *
 * @param rest the path after that of the endpoint
 */
record RequestPath(PathContainer rest) {

	private static final Class<?> KEY = RequestPath.class;

	/**
	 * Keeps the path of a request for the operation that it reaches.
	 * @param context the context to write to
	 * @return the context
	 */
	Context keepIn(Context context) {
		return context.put(KEY, this);
	}

	/**
	 * The words of a command: the segments of the path.
	 * @param selectors the selectors, for technologies that have no path
	 * @return the words
	 */
	static Mono<List<String>> words(String... selectors) {
		return Mono.deferContextual((context) -> Mono
			.just(context.<RequestPath>getOrEmpty(KEY).map(RequestPath::segments).orElseGet(() -> List.of(selectors))));
	}

	/**
	 * The id of a channel: all of the path, slashes included.
	 * @param selectors the selectors, for technologies that have no path
	 * @return the id
	 */
	static Mono<String> id(String... selectors) {
		return Mono.deferContextual((context) -> Mono.just(context.<RequestPath>getOrEmpty(KEY)
			.map(RequestPath::text)
			.orElseGet(() -> String.join("/", selectors))));
	}

	/**
	 * Whether it is the command that takes its arguments from the body.
	 * @return {@code false} if the arguments are in the path
	 */
	boolean isSetTimeout() {
		return segments().equals(List.of(CometCommand.SetTimeout.NAME));
	}

	private List<String> segments() {
		return this.rest.elements()
			.stream()
			.filter(PathContainer.PathSegment.class::isInstance)
			.map(RequestPath::decode)
			.toList();
	}

	private String text() {
		// The first element is the slash after the endpoint.
		return this.rest.elements().stream().skip(1).map(RequestPath::decode).collect(Collectors.joining());
	}

	private static String decode(PathContainer.Element element) {
		return (element instanceof PathContainer.PathSegment segment) ? segment.valueToMatch() : element.value();
	}

}
