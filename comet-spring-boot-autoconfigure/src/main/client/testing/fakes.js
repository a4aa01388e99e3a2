import { mock } from 'node:test';

// What a browser has, under the control of a test. Time stands still until tick().

const monotonic = { now: 0 };

export const settle = async () => {
	for (let i = 0; i < 30; i++) {
		await Promise.resolve();
	}
};

export const tick = async (ms) => {
	monotonic.now += ms;
	mock.timers.tick(ms);
	await settle();
};

export class FakeSocket {
	static all = [];
	readyState = 0;
	sent = [];

	constructor(url, protocol) {
		Object.assign(this, { url, protocol });
		FakeSocket.all.push(this);
	}

	send(text) {
		this.sent.push(JSON.parse(text));
	}

	close() {
		this.readyState = 2;
	}

	async open() {
		this.readyState = 1;
		this.onopen?.();
		await settle();
	}

	async receive(frame) {
		this.onmessage({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
		await settle();
	}

	// answers the last question
	async answer(cursor, rest = {}) {
		await this.receive({ pong: this.sent.at(-1).ping, cursor, ...rest });
	}

	async drop(code = 1006, reason = '') {
		this.readyState = 3;
		this.onclose({ code, reason });
		await settle();
	}
}

export class FakeEvents extends EventTarget {
	static all = [];
	readyState = 0;

	constructor(url, init) {
		super();
		this.url = new URL(url);
		this.withCredentials = init?.withCredentials ?? false;
		FakeEvents.all.push(this);
	}

	get parameters() {
		const all = {};
		this.url.searchParams.forEach((value, name) => (all[name] ??= []).push(value));
		return all;
	}

	close() {
		this.readyState = 2;
	}

	async send(type, data, lastEventId = '') {
		if (this.readyState !== 2) {
			this.readyState = 1;
		}
		this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data), lastEventId }));
		await settle();
	}

	async drop(readyState = 0) {
		this.readyState = readyState;
		this.onerror?.();
		await settle();
	}
}

export class FakeFetch {
	static all = [];

	constructor(url, init) {
		this.url = new URL(url);
		this.method = init.method ?? 'GET';
		this.headers = Object.fromEntries(new Headers(init.headers));
		this.credentials = init.credentials;
		this.body = init.body && JSON.parse(init.body);
		this.aborted = false;
		this.promise = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
		init.signal?.addEventListener('abort', () => {
			this.aborted = true;
			this.reject(new Error('aborted'));
		});
		this.promise.catch(() => {});
		FakeFetch.all.push(this);
	}

	async answer(body, status = 200, headers = {}) {
		this.resolve(new Response(status === 204 ? null : typeof body === 'string' ? body : JSON.stringify(body),
				{ status, headers }));
		// a body is read in more than microtasks
		await new Promise((resolve) => setImmediate(resolve));
		await settle();
	}

	async fail() {
		this.reject(new Error('unreachable'));
		await settle();
	}
}

class FakeWindow extends EventTarget {
	async tell(type, detail = {}) {
		this.dispatchEvent(Object.assign(new Event(type), detail));
		await settle();
	}
}

class FakeDocument extends EventTarget {
	hidden = false;
}

export const random = { value: 0.5 };
export const reported = [];
export let storage;
export let view; // the window

const listening = (target) => ({ addEventListener: target.addEventListener.bind(target) });

export function install() {
	mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
	FakeSocket.all = [];
	FakeEvents.all = [];
	FakeFetch.all = [];
	reported.length = 0;
	random.value = 0.5;
	storage = new Map();
	mock.method(Math, 'random', () => random.value);
	mock.method(performance, 'now', () => monotonic.now);
	mock.method(AbortSignal, 'timeout', (ms) => {
		const abort = new AbortController();
		setTimeout(() => abort.abort(), ms);
		return abort.signal;
	});
	Object.assign(globalThis, {
		WebSocket: FakeSocket,
		EventSource: FakeEvents,
		fetch: (url, init) => new FakeFetch(url, init).promise,
		location: { href: 'http://localhost/page', origin: 'http://localhost' },
		document: new FakeDocument(),
		...listening(view = new FakeWindow()),
		reportError: (error) => reported.push(error),
		sessionStorage: { getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => storage.set(key, value) },
	});
}

export function uninstall() {
	mock.reset();
	mock.timers.reset();
}

// As a browser does when somebody goes to another page and comes back.
export const away = async () => {
	await view.tell('pagehide', { persisted: true });
	await show(true);
};
export const back = async () => {
	document.hidden = false;
	await view.tell('pageshow', { persisted: true });
	await show(false);
};

export const show = async (hidden) => {
	document.hidden = hidden;
	document.dispatchEvent(new Event('visibilitychange'));
	await settle();
};

export const socket = () => FakeSocket.all.at(-1);
export const events = () => FakeEvents.all.at(-1);
export const request = () => FakeFetch.all.at(-1);
