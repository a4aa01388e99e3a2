package io.github.cometspring.actuate;

import io.github.cometspring.control.CometCommand;
import io.github.cometspring.control.InvalidTimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.jmx.annotation.JmxEndpoint;

/**
 * The {@code comet} endpoint in JMX: the state, and an operation for each command.
 *
 * @since 0.1.0
 */
@JmxEndpoint(id = "comet")
public class CometJmxEndpoint {

	private final CometOperations operations;

	/**
	 * Creates the endpoint.
	 * @param operations what it offers
	 */
	public CometJmxEndpoint(CometOperations operations) {
		this.operations = operations;
	}

	/**
	 * Tells how the service is.
	 * @return the state
	 */
	@ReadOperation
	public Mono<CometState> state() {
		return this.operations.state();
	}

	/**
	 * Resumes all activity.
	 * @return the resulting state
	 */
	@WriteOperation
	public Mono<CometState> activate() {
		return this.operations.execute(new CometCommand.Activate());
	}

	/**
	 * Stops all activity.
	 * @return the resulting state
	 */
	@WriteOperation
	public Mono<CometState> deactivate() {
		return this.operations.execute(new CometCommand.Deactivate());
	}

	/**
	 * Changes how long polls are held.
	 * @param timeout seconds as a number, or a duration in ISO 8601
	 * @param kill whether to end whatever waits
	 * @return the resulting state
	 */
	@WriteOperation
	public Mono<CometState> setTimeout(String timeout, @Nullable Boolean kill) {
		try {
			return this.operations.execute(new CometCommand.SetTimeout(CometCommand.SetTimeout.parseTimeout(timeout),
					Boolean.TRUE.equals(kill)));
		}
		catch (InvalidTimeoutException ex) {
			return Mono.error(new InvalidEndpointRequestException(String.valueOf(ex.getMessage()), ex.getMessage()));
		}
	}

}
