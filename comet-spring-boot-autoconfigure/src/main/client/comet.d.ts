/** How a page reaches the server. */
export type Transport = 'websocket' | 'sse' | 'json';

/**
 * - `connecting`: no frame has come yet
 * - `open`: messages come
 * - `waiting`: nothing to listen to, or until the next attempt
 * - `paused`: the page is hidden (see {@link CometOptions.pauseWhenHidden})
 * - `closed`: by {@link Comet.close}
 */
export type State = 'connecting' | 'open' | 'waiting' | 'paused' | 'closed';

export interface CometOptions {
	/** The transports to try, the best first. Default: all three. */
	transports?: Transport[];
	/** Lets go of the connection when the page has been hidden for so many milliseconds. Default: never. */
	pauseWhenHidden?: number;
	/** After so many milliseconds without a sign of life the link is doubted. Default: 30,000. */
	silence?: number;
	/** The first pause before a new attempt is at most so many milliseconds, the next twice that. Default: 1,000. */
	backoff?: number;
	/** The longest pause, in milliseconds. Default: 30,000. A `Retry-After` is waited for besides. */
	maxBackoff?: number;
}

/** A channel, and the place after which to listen: as an answer of the server or a page contains it. */
export interface Place {
	channel: string;
	cursor?: string | null;
}

export interface SubscribeOptions {
	/** Listen from here on; also `earliest`, all that the server still has. Default: from now on. */
	cursor?: string;
	/** The channel has ended, and with it the subscription. */
	onended?: () => void;
	/** Messages have been lost; those that come now are newer. */
	ongap?: () => void;
}

/** Is an iteration over the messages if it was made without a listener. Each message goes to one iterator. */
export interface Subscription<T = unknown> extends AsyncIterable<T> {
	readonly channel: string;
	readonly closed: boolean;
	/** Stops listening. An iteration completes. */
	close(): void;
}

export interface CometEventMap {
	state: CustomEvent<{ state: State; transport?: Transport }>;
	gap: CustomEvent<{ channel: string }>;
	ended: CustomEvent<{ channel: string }>;
	/** A connection failed, or the server refused something. It is tried again in any case. */
	error: CustomEvent<{ transport: Transport; message?: string; status?: number; code?: number }>;
}

/** One connection to a server, for all channels of a page. */
export class Comet extends EventTarget {
	/**
	 * @param path the endpoint, relative to the page
	 * @throws Error if none of the transports exists here
	 */
	constructor(path: string | URL, options?: CometOptions);
	readonly state: State;
	/** The transport in use while the state is `open`. */
	readonly transport: Transport | undefined;
	/** @throws Error after {@link close} */
	subscribe<T = unknown>(target: string | Place, listener: (data: T) => void, options?: SubscribeOptions): Subscription<T>;
	subscribe<T = unknown>(target: string | Place, options?: SubscribeOptions): Subscription<T>;
	/** Closes the connection and all subscriptions, for good. */
	close(): void;
	addEventListener<K extends keyof CometEventMap>(type: K,
		listener: ((this: Comet, event: CometEventMap[K]) => void) | null, options?: boolean | AddEventListenerOptions): void;
	addEventListener(type: string, listener: EventListenerOrEventListenerObject | null,
		options?: boolean | AddEventListenerOptions): void;
	removeEventListener<K extends keyof CometEventMap>(type: K,
		listener: ((this: Comet, event: CometEventMap[K]) => void) | null, options?: boolean | EventListenerOptions): void;
	removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null,
		options?: boolean | EventListenerOptions): void;
}
