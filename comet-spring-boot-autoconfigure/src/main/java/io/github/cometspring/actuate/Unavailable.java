package io.github.cometspring.actuate;

import io.github.cometspring.channel.BrokerUnavailableException;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * The error of the endpoints when the broker cannot be reached: a 503, which is not
 * logged as a fault, rather than a 500.
 */
final class Unavailable {

	private Unavailable() {
	}

	static ResponseStatusException of(BrokerUnavailableException ex) {
		return new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, ex.getMessage(), ex);
	}

}
