import type { Comet, CometOptions, Place, SubscribeOptions } from './comet.js';

/**
 * Opens a connection when the component is mounted, and closes it when the component is removed. Another path opens
 * another connection.
 * @param options those of the first rendering with this path count
 * @returns the connection, `null` until the component is mounted
 */
export function useComet(path: string | URL, options?: CometOptions): Comet | null;

/**
 * Listens to a channel as long as the component is mounted. Another channel, or another connection, ends the
 * subscription and begins another.
 * @param comet the connection; nothing is listened to without one
 * @param target the channel, and perhaps the cursor to start from; nothing is listened to without one
 * @param listener is called with each message. React may render once for several of them
 * @returns the last message, `undefined` before the first
 */
export function useChannel<T = unknown>(comet: Comet | null | undefined, target: string | Place | null | undefined,
	listener?: ((data: T) => void) | null, options?: SubscribeOptions): T | undefined;
