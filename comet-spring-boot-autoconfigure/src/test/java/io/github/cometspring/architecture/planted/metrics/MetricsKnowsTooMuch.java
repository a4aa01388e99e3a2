package io.github.cometspring.architecture.planted.metrics;

import io.github.cometspring.architecture.planted.web.WebType;

/**
 * Imports what its package may not.
 */
public class MetricsKnowsTooMuch {

	final WebType known = new WebType();

}
