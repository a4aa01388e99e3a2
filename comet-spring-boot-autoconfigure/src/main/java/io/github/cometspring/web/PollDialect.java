package io.github.cometspring.web;

import java.util.List;
import java.util.function.Function;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/**
 * The codec of one of the two polled dialects: reads its requests and makes its answers.
 * <p>
 * Implementations have no state and are thread-safe.
 *
 * @since 0.1.0
 */
public interface PollDialect {

	/**
	 * The dialect.
	 * @return the dialect, one object for all requests
	 */
	Dialect dialect();

	/**
	 * Whether a request is of this dialect.
	 * @param contentType the value of its only {@code Content-Type} header, or
	 * {@code null} if it has none
	 * @return {@code true} if the media type is the dialect's, with any parameters
	 */
	boolean speaks(@Nullable String contentType);

	/**
	 * Reads a request.
	 * @param headers the values of a header of the request by its name, perhaps none
	 * @param body the body
	 * @param caller who asks
	 * @return what the client asks for
	 * @throws RefusedRequestException if the dialect cannot accept it
	 */
	SubscriptionRequest read(Function<String, List<String>> headers, byte[] body, Caller caller);

	/**
	 * The answer to a poll.
	 * @param batch the data for the client
	 * @return the answer
	 */
	PollAnswer answer(Batch batch);

	/**
	 * The answer to a request that is refused.
	 * @param status the status
	 * @param sentence the reason, or {@code null} for none
	 * @return the answer
	 */
	PollAnswer refuse(HttpStatus status, @Nullable String sentence);

	/**
	 * The answer to a request that is refused by policy.
	 * @param rejected the reason
	 * @return the answer
	 */
	PollAnswer refuse(SubscriptionRejectedException rejected);

}
