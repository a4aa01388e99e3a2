package io.github.cometspring.architecture.planted.channel;

/**
 * Prints.
 */
public class StandardOutput {

	void print() {
		System.out.println("printed");
	}

}
