/** How a page reaches the server. */
export type Transport = 'websocket' | 'sse' | 'json';

/**
 * - `connecting`: no frame has come yet
 * - `open`: messages come; in a hidden page perhaps once a minute only (see {@link CometOptions.yieldWhenHidden})
 * - `waiting`: nothing to listen to, or until the next attempt
 * - `paused`: the page is in the back/forward cache, or hidden (see {@link CometOptions.pauseWhenHidden})
 * - `closed`: by {@link Comet.close}
 */
export type State = 'connecting' | 'open' | 'waiting' | 'paused' | 'closed';

export interface CometOptions {
	/** The transports to try, the best first. Default: all three. */
	transports?: readonly Transport[] | undefined;
	/**
	 * What cookies go with the requests, as with `fetch`. Event streams of `omit` are read by `fetch`. A WebSocket always
	 * bears cookies; where it would be another user by that (`omit`; `same-origin` with a server elsewhere) it is left out.
	 * Default: what the browser does.
	 */
	credentials?: RequestCredentials | undefined;
	/**
	 * Headers for all requests, such as `Authorization`, or what returns them, asked before each request. Event streams are
	 * read by `fetch` then, and WebSockets, which cannot send any, are left out.
	 */
	headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | undefined;
	/** Lets go of the connection, and hears nothing, when the page has been hidden for so many milliseconds. Default: never. */
	pauseWhenHidden?: number | undefined;
	/**
	 * Gives the connection back when the page has been hidden for so many milliseconds, and asks what there is once in so
	 * many milliseconds. WebSockets are kept. `false`: never. Default: 60,000.
	 */
	yieldWhenHidden?: number | false | undefined;
	/** After so many milliseconds without a sign of life the link is doubted. Default: 30,000. */
	silence?: number | undefined;
	/** The first pause before a new attempt is at most so many milliseconds, the next twice that. Default: 1,000. */
	backoff?: number | undefined;
	/** The longest pause, in milliseconds. Default: 30,000. A `Retry-After` is waited for besides. */
	maxBackoff?: number | undefined;
}

/** A channel, and the place after which to listen: as an answer of the server or a page contains it. */
export interface Place {
	channel: string;
	cursor?: string | null | undefined;
}

export interface SubscribeOptions {
	/** Listen from here on; also `earliest`, all that the server still has. Default: from now on. */
	cursor?: string | null | undefined;
	/** The channel has ended, and with it the subscription. */
	onended?: (() => void) | undefined;
	/** Messages have been lost; those that come now are newer. */
	ongap?: (() => void) | undefined;
	/** The server refuses this channel, for now: it is asked for again, and told again if it was served between. */
	onerror?: ((refusal: Refusal) => void) | undefined;
}

export interface Refusal {
	channel: string;
	/**
	 * - `forbidden`: who asks may not read it
	 * - `limit`: there are more channels than the server allows; it is listened to when another is left
	 * - `cursor`: the cursor cannot be. A gap is told, too, and it is asked for all that the server still has
	 *
	 * Left out if the server does not say.
	 */
	why?: 'forbidden' | 'limit' | 'cursor' | undefined;
}

/** Is an iteration over the messages if it was made without a listener. Each message goes to one iterator. */
export interface Subscription<T = unknown> extends AsyncIterable<T> {
	readonly channel: string;
	readonly closed: boolean;
	/** Stops listening. An iteration completes. */
	close(): void;
}

export interface CometEventMap {
	state: CustomEvent<{ state: State; transport?: Transport | undefined }>;
	gap: CustomEvent<{ channel: string }>;
	ended: CustomEvent<{ channel: string }>;
	/** A connection failed, or the server refused a channel: then it has a `channel`. It is tried again in any case. */
	error: CustomEvent<{ transport?: Transport | undefined; message?: string; status?: number; code?: number }
		& Partial<Refusal>>;
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
