package io.github.cometspring.architecture.planted.channel;

/**
 * Prints.
 */
public class StandardError {

	void print() {
		System.err.println("printed");
	}

}
