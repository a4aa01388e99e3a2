/** The transports between a page and the server. */
export type Transport = 'websocket' | 'sse' | 'json';

/**
 * - `connecting`: no frame has come yet
 * - `open`: messages are received; in a hidden page perhaps once a minute only (see {@link CometOptions.yieldWhenHidden})
 * - `waiting`: nothing to listen to, or until the next attempt
 * - `paused`: the page is in the back/forward cache, or hidden (see {@link CometOptions.pauseWhenHidden})
 * - `closed`: by {@link Comet.close}
 */
export type State = 'connecting' | 'open' | 'waiting' | 'paused' | 'closed';

export interface CometOptions {
	/**
	 * The transports to try, the best first. Hidden pages (see {@link CometOptions.yieldWhenHidden}) and subscriptions that come to a
	 * running channel with a cursor use JSON polls in any case. Default: all three.
	 */
	transports?: readonly Transport[] | undefined;
	/**
	 * The cookies of requests, as with `fetch`. With `omit`, event streams are read by `fetch`. A WebSocket always
	 * sends cookies, so it is left out with `omit`, and with `same-origin` if the server has another origin. Default:
	 * the browser's.
	 */
	credentials?: RequestCredentials | undefined;
	/**
	 * Headers for all requests, such as `Authorization`, or a function that returns them before each request. Event
	 * streams are then read by `fetch`, and WebSockets, which cannot send headers, are left out.
	 */
	headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | undefined;
	/**
	 * Returns the bearer token of the user, on all transports: it is called before each connection, and again when the
	 * server says that the token has expired; the client then reconnects at once and continues by its cursor. Requests
	 * send it in `Authorization`, event streams are read by `fetch`, and a WebSocket offers it as a subprotocol. If the
	 * function throws, rejects or returns nothing, there is an `error` event, and it is called again after a delay.
	 *
	 * For a token of another user, close this `Comet` and create another.
	 */
	token?: (() => string | Promise<string>) | undefined;
	/** Closes the connection, and receives nothing, when the page has been hidden for so many milliseconds. Default: never. */
	pauseWhenHidden?: number | undefined;
	/**
	 * Closes the event stream or held poll when the page has been hidden for so many milliseconds, and polls once in
	 * so many milliseconds instead. WebSockets are kept. `false`: never. Default: 60,000.
	 */
	yieldWhenHidden?: number | false | undefined;
	/** Milliseconds of silence before the connection is checked. Default: 30,000. */
	silence?: number | undefined;
	/** The longest delay before the first new attempt, in milliseconds. It doubles with each further attempt. Default: 1,000. */
	backoff?: number | undefined;
	/** The longest delay of all, in milliseconds. Default: 30,000. A `Retry-After` is added to it. */
	maxBackoff?: number | undefined;
}

/** A channel, and the cursor to listen from, as an answer of the server or a page contains them. */
export interface Place {
	channel: string;
	cursor?: string | null | undefined;
}

export interface SubscribeOptions {
	/** Where to start; `earliest` for all retained messages. Default: from now on. */
	cursor?: string | null | undefined;
	/**
	 * A signed grant by which the page may read this channel, or a function that returns one, or a promise of it. The
	 * function is called before each request that names the channel, and so again when a grant has ended; the client
	 * then resumes by its cursor. If it throws, rejects, returns nothing or takes more than five seconds, this channel is
	 * requested without a grant. Of several subscriptions to a channel, the newest grant counts.
	 */
	grant?: string | (() => string | Promise<string>) | null | undefined;
	/** The channel has ended, and with it the subscription. */
	onended?: (() => void) | undefined;
	/** Messages have been lost; the next ones are newer. */
	ongap?: (() => void) | undefined;
	/** The server refuses this channel, for now: it is requested again, and reported again if it was served in between. */
	onerror?: ((refusal: Refusal) => void) | undefined;
}

export interface Refusal {
	channel: string;
	/**
	 * - `forbidden`: the user may not read it
	 * - `limit`: there are more channels than the server allows; it is requested when another is closed
	 * - `cursor`: the cursor is invalid. A gap is reported too, and all retained messages are requested
	 *
	 * Left out if the server gives no reason.
	 */
	why?: 'forbidden' | 'limit' | 'cursor' | undefined;
}

/** An iteration over the messages if it was made without a listener. Each message goes to one iterator. */
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
	/** A connection failed, or the server refused a channel: then it has a `channel`. The client tries again in any case. */
	error: CustomEvent<{ transport?: Transport | undefined; message?: string | undefined; status?: number | undefined; code?: number }
		& Partial<Refusal>>;
}

/** One connection to a server, for all channels of a page. */
export class Comet extends EventTarget {
	/**
	 * @param path the endpoint, relative to the page
	 * @throws Error if none of the transports is available
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
