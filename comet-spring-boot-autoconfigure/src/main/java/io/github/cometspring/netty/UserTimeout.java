package io.github.cometspring.netty;

import java.time.Duration;
import java.util.List;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;

/**
 * Makes the kernel close the connection of a client that acknowledges nothing, as when
 * its cable was pulled: {@code TCP_USER_TIMEOUT}, where the transport has it. Without it
 * the kernel retransmits for a quarter of an hour.
 */
final class UserTimeout {

	// By name: neither transport need be on the class path.
	private static final List<ChannelOption<Integer>> OPTIONS = List.of(
			ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_USER_TIMEOUT"),
			ChannelOption.valueOf("io.netty.channel.uring.IoUringChannelOption#TCP_USER_TIMEOUT"));

	private UserTimeout() {
	}

	/**
	 * Sets the timeout, if the transport has the option.
	 * @param channel a connection, or a stream of HTTP/2 in one
	 * @param time how long bytes that were sent may be unacknowledged
	 */
	static void set(Channel channel, Duration time) {
		Channel connection = channel;
		while (connection.parent() != null && !(connection.parent() instanceof ServerChannel)) {
			connection = connection.parent();
		}
		set(connection, (int) Math.min(Integer.MAX_VALUE, Math.max(1, time.toMillis())));
	}

	/**
	 * Restores the timeout of the kernel.
	 * @param connection the connection
	 */
	static void clear(Channel connection) {
		set(connection, 0);
	}

	private static void set(Channel connection, int millis) {
		for (ChannelOption<Integer> option : OPTIONS) {
			try {
				if (connection.config().setOption(option, millis)) {
					return;
				}
			}
			catch (ChannelException ex) {
				// The client has gone meanwhile.
				return;
			}
		}
	}

}
