package io.github.cometspring.channel;

/**
 * Why a channel has ended.
 *
 * @since 0.1.0
 */
public enum ChannelEnd {

	/**
	 * The application, or an operator, has closed it on this node.
	 */
	CLOSED,

	/**
	 * It was idle for longer than its {@linkplain ChannelSettings#idleTimeout() idle
	 * timeout}.
	 */
	IDLE,

	/**
	 * It has ended on another node, which does not say why.
	 */
	UNKNOWN

}
