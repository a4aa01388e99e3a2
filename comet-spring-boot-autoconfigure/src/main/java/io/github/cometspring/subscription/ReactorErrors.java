package io.github.cometspring.subscription;

/**
 * Errors of the JVM, such as an overflow of the stack, for Reactor. It does not signal an
 * {@link Error}, but throws it at whoever has subscribed or emitted: the client would
 * neither end, nor get more, nor free its slot. Hence an exception has to take its place.
 *
 * @since 0.1.0
 */
public final class ReactorErrors {

	private ReactorErrors() {
	}

	/**
	 * The exception that Reactor signals in place of an error.
	 * @param error the error
	 * @return an exception, with the error as its cause
	 */
	public static RuntimeException asException(Error error) {
		return new IllegalStateException(error);
	}

}
