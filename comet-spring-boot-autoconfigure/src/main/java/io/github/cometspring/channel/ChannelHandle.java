package io.github.cometspring.channel;

/**
 * The id of a channel and the cursor at which to start: a page that has both can listen
 * and misses nothing. Any JSON library writes it as {@code {"channel":"…","cursor":"…"}}.
 * <p>
 * {@link Cursor#and(Cursor)} joins the cursors of several handles.
 *
 * @param channel the id of the channel
 * @param cursor the token of the cursor to start at
 * @since 0.1.0
 * @see Channel#handle()
 */
public record ChannelHandle(String channel, String cursor) {

	/**
	 * Creates a handle.
	 * @param channel the id of the channel
	 * @param cursor the token of the cursor to start at
	 * @throws InvalidChannelNameException if the id is invalid
	 * @throws InvalidCursorException if the token has an invalid form
	 */
	public ChannelHandle {
		ChannelName.requireValid(channel);
		Cursor.parse(cursor);
	}

	/**
	 * Creates a handle.
	 * @param channel the id of the channel
	 * @param cursor the cursor to start at
	 * @return the handle
	 * @throws InvalidChannelNameException if the id is invalid
	 */
	public static ChannelHandle of(String channel, Cursor cursor) {
		return new ChannelHandle(channel, cursor.token());
	}

	/**
	 * Leaves the cursor out, because it must not appear in log output.
	 */
	@Override
	public String toString() {
		return "ChannelHandle[" + this.channel + "]";
	}

}
