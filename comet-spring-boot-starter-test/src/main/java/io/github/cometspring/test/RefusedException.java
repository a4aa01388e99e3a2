package io.github.cometspring.test;

/**
 * Ends a connection that the server refuses.
 */
final class RefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient CometRefusal refusal;

	RefusedException(CometRefusal refusal) {
		super(refusal.toString(), null, false, false);
		this.refusal = refusal;
	}

	/**
	 * The answer of the server.
	 */
	CometRefusal refusal() {
		return this.refusal;
	}

}
