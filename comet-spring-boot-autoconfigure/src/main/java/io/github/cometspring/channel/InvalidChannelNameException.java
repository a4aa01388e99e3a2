package io.github.cometspring.channel;

/**
 * Thrown when a channel is created under an invalid name.
 *
 * @since 0.1.0
 * @see ChannelName
 */
public class InvalidChannelNameException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * The name that was refused.
	 */
	private final String name;

	private InvalidChannelNameException(String name, String message) {
		super(message);
		this.name = name;
	}

	static InvalidChannelNameException of(String name) {
		if (name.isEmpty()) {
			return new InvalidChannelNameException(name, "Cannot create a channel with an empty name");
		}
		int length = name.codePointCount(0, name.length());
		if (length > ChannelName.MAX_LENGTH) {
			return new InvalidChannelNameException(name,
					"Cannot create a channel with a name of %d characters: at most %d are allowed".formatted(length,
							ChannelName.MAX_LENGTH));
		}
		int character = name.codePoints().filter((c) -> !ChannelName.isAllowed(c)).findFirst().orElseThrow();
		String shown = Character.isISOControl(character) || !Character.isValidCodePoint(character)
				|| (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) ? ""
						: " '" + Character.toString(character) + "'";
		return new InvalidChannelNameException(name,
				"Cannot create a channel with the character%s U+%04X in its name: ".formatted(shown, character)
						+ "use letters, digits and . _ ~ @ / -");
	}

	/**
	 * The name that was refused.
	 * @return the name as it was given
	 */
	public String getName() {
		return this.name;
	}

}
