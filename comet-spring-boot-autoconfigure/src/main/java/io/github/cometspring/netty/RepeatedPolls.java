package io.github.cometspring.netty;

import io.github.cometspring.web.PollTerms;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Recognises a poll that has the same head as the last poll on its connection that has
 * passed the filters of the application. Belongs to the event loop of the connection.
 */
final class RepeatedPolls {

	private final PlainRequests requests;

	/**
	 * The digest of the last request, if it was a poll that may be repeated.
	 */
	private byte @Nullable [] asked;

	private @Nullable RepeatedPoll passed;

	/**
	 * Creates the recognition for one connection.
	 * @param requests recognises polls of the usual form
	 */
	RepeatedPolls(PlainRequests requests) {
		this.requests = requests;
	}

	/**
	 * The beginning of a poll that repeats another.
	 * @param request the head of a request
	 * @return the poll, or {@code null} if it is left to the server
	 */
	@Nullable ArrivingRequest arriving(HttpRequest request) {
		PollTerms terms = this.requests.terms(request);
		this.asked = (terms != null) ? HeadDigest.of(request) : null;
		RepeatedPoll passed = this.passed;
		if (passed == null) {
			return null;
		}
		if (!passed.isCurrent()) {
			// It holds the user's session.
			forgetPassed();
			return null;
		}
		return (terms != null && this.asked != null && passed.covers(this.asked))
				? new ArrivingRequest(terms, passed, request) : null;
	}

	/**
	 * Forgets the poll that has been handed to the server last, as another request
	 * follows it.
	 */
	void forgetAsked() {
		this.asked = null;
	}

	/**
	 * Lets the filters see the next poll in any case.
	 */
	void forgetPassed() {
		this.passed = null;
	}

	/**
	 * The digest of the poll that the server has.
	 * @return the digest, or {@code null} if it cannot be repeated
	 */
	byte @Nullable [] takeAsked() {
		byte[] asked = this.asked;
		this.asked = null;
		return asked;
	}

	/**
	 * Lets later polls repeat one that has passed the filters.
	 */
	void allow(RepeatedPoll passed) {
		this.passed = passed;
	}

}
