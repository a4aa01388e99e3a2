package io.github.cometspring.test;

import io.github.cometspring.client.ReceivedMessage;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told on its subscription, in the order in which it is told.
 *
 * @since 0.1.0
 */
public sealed interface CometEvent {

	/**
	 * A message.
	 *
	 * @param message the message
	 */
	record Message(ReceivedMessage message) implements CometEvent {

		/**
		 * Has the content, unlike the message itself: it is for the output of tests.
		 */
		@Override
		public String toString() {
			return "message on %s: %s".formatted(this.message.channel(), this.message.json());
		}

	}

	/**
	 * Messages of a channel are lost, as the history no longer had them.
	 *
	 * @param channel the id of the channel
	 */
	record Gap(String channel) implements CometEvent {

		@Override
		public String toString() {
			return "gap on " + this.channel;
		}

	}

	/**
	 * A channel has ended, or there is none of this id.
	 *
	 * @param channel the id of the channel
	 */
	record Ended(String channel) implements CometEvent {

		@Override
		public String toString() {
			return "end of " + this.channel;
		}

	}

	/**
	 * The client may not read one of its channels. The others go on.
	 *
	 * @param channel the id of the channel
	 */
	record Refused(String channel) implements CometEvent {

		@Override
		public String toString() {
			return "refusal of " + this.channel;
		}

	}

	/**
	 * The server has ended the connection, and the client may resume.
	 *
	 * @param reason why, or {@code null} if the server did not say
	 * @param detail the words of the server, or of the network
	 */
	record Disconnected(CometRefusal.@Nullable Reason reason, String detail) implements CometEvent {

		@Override
		public String toString() {
			return "end of the connection (%s%s)".formatted((this.reason != null) ? this.reason + ": " : "",
					this.detail);
		}

	}

}
