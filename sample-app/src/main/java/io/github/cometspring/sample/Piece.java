package io.github.cometspring.sample;

/**
 * A message of the channel of an answer: the question first, then the tokens, then the
 * end.
 *
 * @param kind what it is
 * @param text the question, a token, or how the answer ended
 */
record Piece(Kind kind, String text) {

	/** The model has said all. */
	static final Piece FINISHED = new Piece(Kind.END, "finished");

	/** Somebody has stopped it. */
	static final Piece STOPPED = new Piece(Kind.END, "stopped");

	static Piece question(String text) {
		return new Piece(Kind.QUESTION, text);
	}

	static Piece token(String text) {
		return new Piece(Kind.TOKEN, text);
	}

	/** The kinds of pieces. */
	enum Kind {

		/** What was asked. */
		QUESTION,

		/** A word of the answer, or a part of one. */
		TOKEN,

		/** Nothing comes after it. */
		END

	}

}
