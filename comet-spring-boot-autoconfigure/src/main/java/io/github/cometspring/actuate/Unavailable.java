package io.github.cometspring.actuate;

import io.github.cometspring.channel.BrokerUnavailableException;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * What the endpoints answer when the channels cannot be reached: 503, which nobody logs,
 * and not the 500 of a fault.
 */
final class Unavailable {

	private Unavailable() {
	}

	static ResponseStatusException of(BrokerUnavailableException ex) {
		return new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, ex.getMessage(), ex);
	}

}
