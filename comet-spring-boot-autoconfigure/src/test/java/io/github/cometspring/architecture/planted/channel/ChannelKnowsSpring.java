package io.github.cometspring.architecture.planted.channel;

import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Imports a library that its package may not.
 */
public class ChannelKnowsSpring {

	final PathPatternParser known = PathPatternParser.defaultInstance;

}
