package io.github.cometspring.web;

import java.util.Map;

import io.github.cometspring.subscription.SubscriptionRejectedException;

/**
 * The headers of the protocol (section 2).
 *
 * @since 0.1.0
 */
public final class CometHeaders {

	/**
	 * In an answer, the cursor after it; in a request, the cursor to resume from.
	 */
	public static final String CURSOR = "Comet-Cursor";

	/**
	 * In an answer, the channels that have a gap.
	 */
	public static final String GAP = "Comet-Gap";

	/**
	 * In an answer that serves some channels, those that are refused (section 8).
	 */
	public static final String REFUSED = "Comet-Refused";

	/**
	 * In an answer to a request that names too many channels, the limit.
	 */
	public static final String MAX_CHANNELS = "Comet-Max-Channels";

	/**
	 * In a request, signed grants, separated by commas (section 10).
	 */
	public static final String GRANT = "Comet-Grant";

	/**
	 * In a request of a publisher, a key that names the request, so that its messages are
	 * published once however often it is sent (section 11).
	 */
	public static final String IDEMPOTENCY_KEY = "Idempotency-Key";

	/**
	 * In a request of a publisher, the secret that proves that it may publish, where
	 * {@code Authorization} has another purpose (section 11).
	 */
	public static final String API_KEY = "X-API-Key";

	private CometHeaders() {
	}

	/**
	 * The headers that give details of a refusal, in all dialects.
	 * @param rejected the refusal
	 * @return the values by name
	 */
	static Map<String, String> of(SubscriptionRejectedException rejected) {
		Integer maxChannels = rejected.getMaxChannels();
		return (maxChannels != null) ? Map.of(MAX_CHANNELS, maxChannels.toString()) : Map.of();
	}

}
