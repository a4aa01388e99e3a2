import type { Readable } from 'svelte/store';
import type { Comet, Place, SubscribeOptions } from './comet.js';

/**
 * A store with the last message of a channel, `undefined` before the first. It listens as long as it has subscribers; when
 * it gets the first one again, it starts where `target` says, or from then on.
 */
export function channel<T = unknown>(comet: Comet, target: string | Place, options?: SubscribeOptions): Readable<T | undefined>;
