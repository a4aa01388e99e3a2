package io.github.cometspring.architecture.planted.channel;

import java.util.logging.Logger;

/**
 * Logs with the JDK.
 */
public class OldLogger {

	final Logger logger = Logger.getLogger("old");

}
