// Comet for Spring Boot, Apache-2.0

const NEEDS = { websocket: 'WebSocket', sse: 'EventSource', json: 'fetch' };
const UPGRADE = 600_000; // a better transport gets another chance
const FIRST = 10_000; // until the first frame
const MAX_URL = 6000;
const MAX_QUEUE = 10_000;
const END = { value: undefined, done: true };
const STUBBORN = 3; // failures until a proven transport is doubted

const call = (fn, ...args) => {
	try {
		fn?.(...args);
	}
	catch (error) {
		(globalThis.reportError ?? console.error)(error);
	}
};
const memory = (key, value) => {
	try {
		return value ? sessionStorage.setItem(key, value) : sessionStorage.getItem(key);
	}
	catch {}
};
const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ids = (entries) => entries.map((entry) => entry.channel);
const retryAfter = (response) => {
	const value = response.headers.get('Retry-After');
	const ms = isNaN(value) ? Date.parse(value) - Date.now() : value * 1000;
	return Math.min(Math.max(ms || 0, 0), 3_600_000);
};

export class Comet extends EventTarget {
	#url;
	#options;
	#transports;
	#index;
	#better = Date.now() + UPGRADE;
	#proven = new Set();
	#state = 'waiting';
	#channels = new Map(); // one with `from` is not in the running cursor yet
	#cursor;
	#link; // what comes from an earlier one is ignored
	#timer; // the link's, or the next attempt's
	#wait;
	#hide;
	#end = new AbortController();
	#fails = 0;
	#round = 0;
	#planned;

	constructor(path, options = {}) {
		super();
		this.#url = new URL(path, globalThis.location?.href);
		this.#options = { silence: 30_000, backoff: 1000, maxBackoff: 30_000, ...options };
		this.#transports = (options.transports ?? Object.keys(NEEDS)).filter((name) => globalThis[NEEDS[name]]);
		if (!this.#transports.length) {
			throw new Error('No transport');
		}
		this.#prefer();
		const { signal } = this.#end;
		globalThis.addEventListener?.('online', this.#wake, { signal });
		globalThis.document?.addEventListener('visibilitychange', this.#look, { signal });
		this.#look();
	}

	get state() {
		return this.#state;
	}

	get transport() {
		return this.#state === 'open' ? this.#link.type : undefined;
	}

	subscribe(target, listener, options = listener) {
		if (this.#state === 'closed') {
			throw new Error('Comet is closed');
		}
		const { channel = target, cursor } = target;
		const { onended, ongap, cursor: from = cursor ?? 'latest' } = options ?? {};
		const sub = { onended, ongap, skip: 0, queue: [], takers: [] };
		if (typeof listener === 'function') {
			sub.listener = listener;
		}
		let entry = this.#channels.get(channel);
		if (!entry) {
			this.#channels.set(channel, entry = { channel, from, subs: new Set() });
		}
		else if (from !== (entry.from ?? 'latest')) {
			sub.from = from;
		}
		entry.subs.add(sub);
		this.#plan();
		const close = () => {
			sub.queue = [];
			this.#finish(entry, sub);
		};
		const next = async () => sub.queue.shift() ?? (sub.done ? END : new Promise((take) => sub.takers.push(take)));
		return {
			channel,
			close,
			get closed() {
				return !!sub.done;
			},
			[Symbol.asyncIterator]: () => ({ next, return: async () => (close(), END) }),
		};
	}

	close() {
		this.#unlink('closed');
		clearTimeout(this.#hide);
		this.#end.abort();
		this.#channels.forEach((entry) => entry.subs.forEach((sub) => this.#finish(entry, sub)));
	}

	// Changes made in one go are one request.
	#plan() {
		if (!this.#planned) {
			this.#planned = true;
			queueMicrotask(() => {
				this.#planned = false;
				this.#apply();
			});
		}
	}

	#apply() {
		if (this.#state === 'closed' || this.#state === 'paused') {
			return;
		}
		if (!this.#channels.size) {
			this.#unlink('waiting');
		}
		else if (this.#link) {
			this.#link.update();
		}
		else if (!this.#timer) {
			this.#connect();
		}
		for (const entry of this.#channels.values()) {
			for (const sub of entry.subs) {
				if (!entry.from && sub.from && !sub.held) {
					this.#catchUp(entry, sub);
				}
			}
		}
	}

	// What worked last, else the best.
	#prefer() {
		this.#index = Math.max(0, this.#transports.indexOf(memory('comet ' + this.#url)));
	}

	#connect() {
		if (this.#index && Date.now() > this.#better) {
			this.#index = 0;
		}
		const type = this.#transports[this.#index];
		const link = this.#link = { type, named: new Set(), covered: new Set(), close() {}, update() {} };
		this.#watch(link, FIRST);
		this.#enter('connecting');
		if (this.#link !== link) {
			return;
		}
		try {
			type === 'websocket' ? this.#socket(link) : type === 'sse' ? this.#events(link) : this.#poll(link);
		}
		catch ({ message }) {
			this.#fail(link, { message });
		}
	}

	#unlink(state) {
		const link = this.#link;
		clearTimeout(this.#timer);
		this.#timer = this.#link = undefined;
		link?.close();
		this.#enter(state);
	}

	#fail(link, problem, wait = 0) {
		if (this.#link !== link) {
			return;
		}
		this.#unlink('waiting');
		this.#fire('error', { transport: link.type, ...problem });
		if (this.#state !== 'waiting' || !this.#channels.size) {
			return;
		}
		if (!link.live && !wait && (!this.#proven.has(link.type) || this.#fails >= STUBBORN)) {
			this.#index = (this.#index + 1) % this.#transports.length;
			this.#better = Date.now() + UPGRADE;
			if (++this.#round < this.#transports.length) {
				return this.#connect();
			}
		}
		if (wait) { // the server is there and says so, perhaps on the second transport only: that is no fault of the first
			this.#prefer();
		}
		this.#round = 0;
		this.#wait = wait;
		const { backoff, maxBackoff } = this.#options;
		const delay = wait + Math.random() * Math.min(maxBackoff, backoff * 2 ** this.#fails++);
		this.#timer = setTimeout(() => this.#connect(), delay);
	}

	// Asks anew if the channels are others.
	#renew(link, force) {
		const all = [...this.#channels.values()];
		if (this.#link === link && (force || all.length !== link.named.size || all.some((entry) => !link.named.has(entry)))) {
			this.#unlink('connecting');
			this.#plan();
		}
	}

	#watch(link, ms = this.#options.silence) {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			if (link.live && link.ping && !link.pinged) {
				link.pinged = true;
				link.ping();
				this.#watch(link, FIRST);
			}
			else {
				this.#fail(link, { message: 'Silence' });
			}
		}, ms);
	}

	#wake = () => {
		if (this.#timer && !this.#link && !this.#wait) {
			clearTimeout(this.#timer);
			this.#connect();
		}
	};

	#look = () => {
		clearTimeout(this.#hide);
		if (globalThis.document?.hidden) {
			if (this.#options.pauseWhenHidden >= 0) {
				this.#hide = setTimeout(() => this.#unlink('paused'), this.#options.pauseWhenHidden);
			}
		}
		else if (this.#state === 'paused') {
			this.#enter('waiting');
			this.#apply();
		}
		else {
			this.#wake();
		}
	};

	#positions(entries) {
		const groups = new Map();
		for (const { channel, from = this.#cursor } of entries) {
			groups.set(from, [...groups.get(from) ?? [], channel]);
		}
		const cursor = groups.has(this.#cursor) ? this.#cursor : groups.keys().next().value;
		groups.delete(cursor);
		return { cursor, from: groups.size ? Object.fromEntries(groups) : undefined };
	}

	#socket(link) {
		const socket = new WebSocket(this.#url.href.replace(/^http/, 'ws'), 'comet.v1');
		let number = 0;
		let asked; // one question at a time: its answer is known
		link.close = () => socket.close();
		link.ping = () => socket.send('{"ping":0}');
		link.update = () => {
			const gone = [...link.named].filter((entry) => this.#channels.get(entry.channel) !== entry);
			const fresh = [...this.#channels.values()].filter((entry) => !link.named.has(entry));
			if (asked || socket.readyState !== 1 || !gone.length && !fresh.length) {
				return;
			}
			gone.forEach((entry) => link.named.delete(entry));
			fresh.forEach((entry) => link.named.add(entry));
			asked = fresh;
			socket.send(JSON.stringify({
				unsubscribe: ids(gone), subscribe: ids(fresh), ...this.#positions(fresh), ping: ++number,
			}));
		};
		socket.onopen = link.update;
		socket.onmessage = ({ data }) => this.#read(link, () => {
			const news = JSON.parse(data);
			if (news.error) {
				if (!link.live) {
					throw new Error(news.error);
				}
				asked = undefined;
				this.#fire('error', { transport: link.type, message: news.error });
			}
			else if (asked && news.pong === number) {
				asked.forEach((entry) => link.covered.add(entry));
				asked = undefined;
			}
			this.#plan();
			return news;
		});
		socket.onclose = ({ code, reason }) => this.#fail(link, { code, message: reason });
	}

	#events(link) {
		const all = [...this.#channels.values()];
		const { cursor, from = {} } = this.#positions(all);
		const url = new URL(this.#url);
		const add = (name, ...values) => values.forEach((value) => url.searchParams.append(name, value));
		add('channel', ...ids(all));
		add('cursor', cursor);
		add('from', ...Object.entries(from).map((entry) => entry.join(':')));
		if (url.href.length > MAX_URL) {
			this.#proven.delete(link.type);
			throw new Error('URL too long');
		}
		link.named = link.covered = new Set(all);
		link.update = () => this.#renew(link);
		const source = new EventSource(url);
		link.close = () => source.close();
		const on = (type, read) => source.addEventListener(type,
				(event) => this.#read(link, () => read(event.data && JSON.parse(event.data), event.lastEventId)));
		on('message', (message, cursor) => ({ messages: [message], cursor }));
		on('heartbeat', (_, cursor) => ({ cursor }));
		on('gap', ({ channel }) => ({ gaps: [channel] }));
		on('ended', ({ channel }) => ({ ended: [channel] }));
		source.onerror = async () => {
			const refused = source.readyState === 2; // with a status that is not told
			source.close();
			if (this.#link !== link || !refused) {
				return this.#fail(link, { message: 'Disconnected' });
			}
			const abort = new AbortController();
			link.close = () => abort.abort();
			try {
				const response = await fetch(url, { headers: { Accept: 'text/event-stream' }, signal: abort.signal });
				if (response.status === 204) {
					this.#read(link, () => ({ ended: ids([...link.named]) }));
					return this.#renew(link, true);
				}
				this.#fail(link, { status: response.status }, retryAfter(response));
			}
			catch ({ message }) {
				this.#fail(link, { message });
			}
		};
	}

	async #poll(link) {
		link.update = () => this.#renew(link);
		while (this.#link === link) {
			const all = [...this.#channels.values()];
			if (!all.length) {
				return;
			}
			// First a position, without which a held poll that breaks loses messages
			const hold = link.live && !all.some((entry) => entry.from);
			const began = Date.now();
			const abort = new AbortController();
			link.named = link.covered = new Set(all);
			link.close = () => abort.abort();
			const { status, ok, body, message, wait } = await this.#ask({
				channels: ids(all),
				...this.#positions(all),
				timeout: `PT${hold ? Math.ceil(this.#options.silence / 1500) : 0}S`,
			}, abort.signal);
			if (this.#link !== link) {
				return;
			}
			if (!ok) {
				this.#advance(link, body.cursor);
				return this.#fail(link, { status, message }, wait);
			}
			this.#read(link, () => body);
			this.#renew(link, this.#index && Date.now() > this.#better);
			if (hold && !body.messages && !body.ended && !body.gaps && Date.now() - began < 500) {
				await after(1000); // the server does not hold
			}
		}
	}

	async #ask(request, signal) {
		try {
			const response = await fetch(this.#url, {
				method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request), signal,
			});
			const { status } = response;
			const body = await response.json().catch(() => ({}));
			return { status, ok: status === 200 && body.cursor, body, message: body.detail, wait: retryAfter(response) };
		}
		catch ({ message }) {
			return { body: {}, message };
		}
	}

	#read(link, read) {
		if (this.#link !== link) {
			return;
		}
		let news;
		try {
			news = read();
		}
		catch ({ message }) {
			return this.#fail(link, { message });
		}
		link.pinged = false;
		this.#watch(link);
		if (!link.live) {
			link.live = true;
			this.#fails = this.#round = 0;
			this.#proven.add(link.type);
			memory('comet ' + this.#url, link.type);
			this.#enter('open');
		}
		this.#advance(link, news.cursor);
		const find = (id) => {
			const entry = this.#channels.get(id);
			return link.covered.has(entry) ? entry : undefined;
		};
		news.gaps?.forEach((id) => this.#gap(find(id)));
		news.messages?.forEach(({ channel, data }) => [...find(channel)?.subs ?? []].forEach((sub) => this.#give(sub, data)));
		news.ended?.forEach((id) => this.#ended(find(id), link));
	}

	#advance(link, cursor) {
		if (cursor) {
			this.#cursor = cursor;
			link.covered.forEach((entry) => entry.from = undefined);
			this.#plan();
		}
	}

	#give(sub, data) {
		if (sub.done || sub.from) {
			sub.held?.push(data);
		}
		else if (sub.skip) {
			sub.skip--;
		}
		else if (sub.listener) {
			call(sub.listener, data);
		}
		else if (sub.takers.length) {
			sub.takers.shift()({ value: data, done: false });
		}
		else if (sub.queue.push({ value: data, done: false }) > MAX_QUEUE) {
			sub.queue.shift();
			call(sub.ongap);
		}
	}

	// A subscription has come to a running channel with a cursor of its own. Both are read up to the same place: what
	// one has more is what the other lacks.
	async #catchUp(entry, sub) {
		const { channel } = entry;
		let own = sub.from;
		let running = this.#cursor;
		let lacking = [];
		let known = 0;
		let gap;
		sub.held = [];
		while (own !== running) {
			const [a, b] = await Promise.all([own, running].map(
					(cursor) => this.#ask({ channels: [channel], cursor, timeout: 'PT0S' })));
			if (sub.done) {
				return;
			}
			if (a.ok && b.ok) {
				lacking.push(...a.body.messages ?? []);
				known += b.body.messages?.length ?? 0;
				gap ||= a.body.gaps;
				own = a.body.cursor;
				running = b.body.cursor;
			}
			else if (a.status >= 400 && a.status < 500) {
				lacking = [];
				known = 0;
				gap = true;
				break;
			}
			else {
				sub.held = undefined;
				await after(this.#options.backoff * (1 + Math.random()));
				return this.#plan(); // from the start
			}
		}
		const more = lacking.length - known;
		const items = lacking.slice(0, Math.max(0, more)).map(({ data }) => data);
		sub.skip = Math.max(0, -more);
		this.#release(sub, items, gap);
	}

	#release(sub, items, gap) {
		items.push(...sub.held ?? []);
		sub.from = sub.held = undefined;
		if (gap) {
			call(sub.ongap);
		}
		items.forEach((data) => this.#give(sub, data));
	}

	#gap(entry) {
		if (entry) {
			entry.subs.forEach((sub) => call(sub.ongap));
			this.#fire('gap', { channel: entry.channel });
		}
	}

	#ended(entry, link) {
		if (entry) {
			const { channel, subs } = entry;
			this.#channels.delete(channel);
			link.named.delete(entry);
			this.#plan();
			[...subs].forEach((sub) => {
				if (sub.from) {
					this.#release(sub, [], true);
				}
				this.#finish(entry, sub);
				call(sub.onended);
			});
			this.#fire('ended', { channel });
		}
	}

	#finish(entry, sub) {
		if (!sub.done) {
			sub.done = true;
			entry.subs.delete(sub);
			sub.takers.forEach((take) => take(END));
			if (!entry.subs.size && this.#channels.get(entry.channel) === entry) {
				this.#channels.delete(entry.channel);
				this.#plan();
			}
		}
	}

	#enter(state) {
		if (this.#state !== state) {
			this.#state = state;
			this.#fire('state', { state, transport: this.transport });
		}
	}

	#fire(type, detail) {
		this.dispatchEvent(new CustomEvent(type, { detail }));
	}
}
