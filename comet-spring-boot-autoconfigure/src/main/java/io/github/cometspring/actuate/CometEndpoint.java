package io.github.cometspring.actuate;

import java.util.List;

import io.github.cometspring.control.CometCommand;
import io.github.cometspring.control.InvalidTimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The {@code comet} endpoint: the state, and the commands.
 *
 * @since 0.1.0
 * @see CometEndpointWebExtension
 */
@Endpoint(id = "comet")
public class CometEndpoint {

	private final CometOperations operations;

	/**
	 * Creates the endpoint.
	 * @param operations the operations
	 */
	public CometEndpoint(CometOperations operations) {
		this.operations = operations;
	}

	/**
	 * Returns the state of the service.
	 * @return the state
	 */
	@ReadOperation
	public Mono<CometState> state() {
		return this.operations.state();
	}

	/**
	 * Carries out a command.
	 * @param command {@code activate}, {@code deactivate}, {@code set_timeout} or
	 * {@code disconnect}
	 * @param timeout for {@code set_timeout}: seconds as a number, or a duration in ISO
	 * 8601; for {@code disconnect}: the name of the user
	 * @param kill for {@code set_timeout}: whether to end waiting clients
	 * @return the resulting state
	 */
	@WriteOperation
	public Mono<CometState> execute(@Selector String command, @Nullable String timeout, @Nullable Boolean kill) {
		return Mono.defer(() -> this.operations.execute(parse(command, timeout, kill)));
	}

	private static CometCommand parse(String command, @Nullable String timeout, @Nullable Boolean kill) {
		try {
			return command.equals(CometCommand.SetTimeout.NAME)
					? new CometCommand.SetTimeout(CometCommand.SetTimeout.parseTimeout(timeout),
							Boolean.TRUE.equals(kill))
					: CometCommand.parse(command, arguments(command, timeout))
						.orElseThrow(() -> new InvalidEndpointRequestException("Unknown command",
								"Unknown command: use activate, deactivate, set_timeout, or disconnect with a user"));
		}
		catch (InvalidTimeoutException ex) {
			throw new InvalidEndpointRequestException("Invalid timeout", ex.getMessage());
		}
	}

	private static List<String> arguments(String command, @Nullable String argument) {
		return (argument != null && command.equals(CometCommand.Disconnect.NAME)) ? List.of(argument) : List.of();
	}

}
