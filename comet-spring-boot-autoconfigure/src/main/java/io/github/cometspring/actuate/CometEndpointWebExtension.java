package io.github.cometspring.actuate;

import java.util.List;

import io.github.cometspring.control.CometCommand;
import io.github.cometspring.control.InvalidTimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * The commands of the {@code comet} endpoint on the web: a command is a path.
 * <p>
 * The operations without a body have only selectors as parameters: any other parameter
 * would demand a JSON {@code Content-Type}. A query or a body may override a selector, so
 * the words of a command are read from the {@linkplain RequestPath path of the request}.
 *
 * @since 0.1.0
 */
@EndpointWebExtension(endpoint = CometEndpoint.class)
public class CometEndpointWebExtension {

	private static final String USAGE = "Give the timeout as JSON ('Content-Type: application/json'), "
			+ "such as {\"timeout\":\"PT30S\",\"kill\":true}, or in the path, such as set_timeout/30/KILL";

	private final CometOperations operations;

	/**
	 * Creates the extension.
	 * @param operations the operations
	 */
	public CometEndpointWebExtension(CometOperations operations) {
		this.operations = operations;
	}

	/**
	 * Carries out a command without arguments.
	 * @param command {@code activate} or {@code deactivate}
	 * @return the resulting state, or 404 for another command
	 */
	@WriteOperation
	public Mono<WebEndpointResponse<CometState>> execute(@Selector String command) {
		return RequestPath.words(command)
			.flatMap((words) -> isSetTimeout(words) ? invalid(USAGE) : parseAndExecute(words));
	}

	/**
	 * Carries out a command with a JSON body, which only {@code set_timeout} reads.
	 * @param command the command
	 * @param timeout seconds as a number, or a duration in ISO 8601
	 * @param kill whether to end waiting clients
	 * @return the resulting state, 404 for an unknown command, or 400 for a bad value
	 */
	@WriteOperation
	public Mono<WebEndpointResponse<CometState>> execute(@Selector String command, @Nullable String timeout,
			@Nullable Boolean kill) {
		return RequestPath.words(command).flatMap((words) -> {
			if (!isSetTimeout(words)) {
				return parseAndExecute(words);
			}
			try {
				return respond(new CometCommand.SetTimeout(CometCommand.SetTimeout.parseTimeout(timeout),
						Boolean.TRUE.equals(kill)));
			}
			catch (InvalidTimeoutException ex) {
				return invalid(ex.getMessage());
			}
		});
	}

	/**
	 * Carries out a command with one argument: {@code set_timeout/30} or
	 * {@code disconnect/ada}.
	 * @param command the command
	 * @param timeout its argument
	 * @return the resulting state, 404 for an unknown command, or 400 for a bad value
	 */
	@WriteOperation
	public Mono<WebEndpointResponse<CometState>> executeWithTimeout(@Selector String command,
			@Selector String timeout) {
		return RequestPath.words(command, timeout).flatMap(this::parseAndExecute);
	}

	/**
	 * Carries out a command with two arguments: {@code set_timeout/30/KILL}.
	 * @param command the command
	 * @param timeout its first argument
	 * @param kill its second argument
	 * @return the resulting state, 404 for an unknown command, or 400 for a bad value
	 */
	@WriteOperation
	public Mono<WebEndpointResponse<CometState>> executeWithTimeoutAndKill(@Selector String command,
			@Selector String timeout, @Selector String kill) {
		return RequestPath.words(command, timeout, kill).flatMap(this::parseAndExecute);
	}

	private static boolean isSetTimeout(List<String> words) {
		return words.equals(List.of(CometCommand.SetTimeout.NAME));
	}

	private Mono<WebEndpointResponse<CometState>> parseAndExecute(List<String> words) {
		try {
			return CometCommand.parse(words.get(0), words.subList(1, words.size()))
				.map(this::respond)
				.orElseGet(() -> Mono.just(new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND)));
		}
		catch (InvalidTimeoutException ex) {
			return invalid(ex.getMessage());
		}
	}

	private Mono<WebEndpointResponse<CometState>> respond(CometCommand command) {
		return this.operations.execute(command).map(WebEndpointResponse::new);
	}

	private static <T> Mono<T> invalid(@Nullable String reason) {
		return Mono.error(new InvalidEndpointRequestException("Invalid command", reason));
	}

}
