import type { MaybeRefOrGetter, ShallowRef } from 'vue';
import type { Comet, Place, SubscribeOptions } from './comet.js';

/**
 * Listens to a channel as long as the component or effect scope lives. Another channel, or another connection, ends the
 * subscription and begins another.
 * @param comet the connection; nothing is listened to without one, as on the server
 * @param target the channel, and perhaps the cursor to start from; nothing is listened to without one
 * @param listener is called with each message. Vue may update once for several of them
 * @returns the last message, `undefined` before the first
 */
export function useChannel<T = unknown>(comet: MaybeRefOrGetter<Comet | null | undefined>,
	target: MaybeRefOrGetter<string | Place | null | undefined>, listener?: ((data: T) => void) | null,
	options?: SubscribeOptions): Readonly<ShallowRef<T | undefined>>;
