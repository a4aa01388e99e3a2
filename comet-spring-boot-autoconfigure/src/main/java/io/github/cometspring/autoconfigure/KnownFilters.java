package io.github.cometspring.autoconfigure;

import org.springframework.web.server.WebFilter;

/**
 * Knows filters that do nothing with an exchange when its handler is done, besides adding
 * headers to the answer in their actions before the commit. A client that waits behind
 * such filters only need not hold its exchange.
 */
@FunctionalInterface
interface KnownFilters {

	/**
	 * Whether a filter is known.
	 * @param filter the filter
	 * @return {@code false} also if it is not known for sure
	 */
	boolean isKnown(WebFilter filter);

}
