package io.github.cometspring.channel;

/**
 * What a page needs to listen to a channel and miss nothing: the id, and where to start.
 * Any JSON library writes it as {@code {"channel":"…","cursor":"…"}}.
 * <p>
 * Of several handles one cursor is made by {@link Cursor#and(Cursor)}.
 *
 * @param channel the id of the channel
 * @param cursor the token of the place to start at
 * @since 0.1.0
 * @see Channel#handle()
 */
public record ChannelHandle(String channel, String cursor) {

	/**
	 * Creates a handle.
	 * @param channel the id of the channel
	 * @param cursor the token of the place to start at
	 * @throws InvalidChannelNameException if no channel may have the id
	 * @throws InvalidCursorException if no server could have made the token
	 */
	public ChannelHandle {
		ChannelName.requireValid(channel);
		Cursor.parse(cursor);
	}

	/**
	 * Creates a handle.
	 * @param channel the id of the channel
	 * @param cursor the place to start at
	 * @return the handle
	 * @throws InvalidChannelNameException if no channel may have the id
	 */
	public static ChannelHandle of(String channel, Cursor cursor) {
		return new ChannelHandle(channel, cursor.token());
	}

	/**
	 * Says what this is, and not where it points: a cursor does not belong in a log.
	 */
	@Override
	public String toString() {
		return "ChannelHandle[" + this.channel + "]";
	}

}
