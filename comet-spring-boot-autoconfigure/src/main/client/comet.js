// Comet for Spring Boot, Apache-2.0

const ID = /^[\p{L}\p{Nd}._~@/-]{1,128}$/u;
const UPGRADE = 600_000;
const FIRST = 10_000;
const END = { value: undefined, done: true };

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
const said = (error) => ({ message: error?.message });
const now = () => performance.now();
const rest = (link, ms) => new Promise((resolve) => {
	const timer = setTimeout(resolve, ms);
	link.close = () => {
		clearTimeout(timer);
		resolve();
	};
});
const ids = (entries) => entries.map((entry) => entry.channel);
const later = (value) => {
	const ms = isNaN(value) ? Date.parse(value) - Date.now() : value * 1000;
	return Math.min(Math.max(ms || 0, 0), 3_600_000);
};

const EVENTS = {
	__proto__: null,
	message: (message, cursor) => ({ messages: [message], cursor }),
	heartbeat: (_, cursor) => ({ cursor }),
	gap: ({ channel }) => ({ gaps: [channel] }),
	ended: ({ channel }) => ({ ended: [channel] }),
	refused: ({ channel, why }) => ({ refused: [channel], why }),
	expired: (_, cursor) => ({ cursor, expired: true }),
};
const base64url = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
	.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const parse = async (body, dispatch) => {
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	let text = '';
	let id = '';
	let event = 'message';
	let data = [];
	for (;;) {
		const { done, value } = await reader.read();
		if (done) {
			return;
		}
		const lines = (text + value).split(/\r\n|\n|\r(?!$)/);
		text = lines.pop();
		for (const line of lines) {
			const [, name, content] = /^([^:]*):? ?(.*)$/s.exec(line);
			if (!line) {
				data.length && dispatch(event, data.join('\n'), id);
				event = 'message';
				data = [];
			}
			else if (name === 'id') {
				id = content;
			}
			else if (name === 'event') {
				event = content;
			}
			else if (name === 'data') {
				data.push(content);
			}
		}
	}
};

export class Comet extends EventTarget {
	#url;
	#options;
	#fetching;
	#transports;
	#index;
	#better = now() + UPGRADE;
	#proven = new Set();
	#state = 'waiting';
	#channels = new Map();
	#limit = Infinity;
	#retrying;
	#cursor;
	#token;
	#expired;
	#link;
	#timer;
	#wait;
	#hide;
	#yield;
	#yielding;
	#end = new AbortController();
	#fails = 0;
	#round = 0;
	#planned;

	constructor(path, options = {}) {
		super();
		const { location } = globalThis;
		this.#url = new URL(path, location?.href);
		this.#options = { silence: 30_000, backoff: 1000, maxBackoff: 30_000, yieldWhenHidden: 60_000 };
		for (const [name, value] of Object.entries(options)) {
			this.#options[name] = value > 1e9 ? 1e9 : value ?? this.#options[name];
		}
		const { credentials, headers, token } = this.#options;
		const foreign = location && location.origin !== this.#url.origin;
		const noSocket = headers || credentials === 'omit' || foreign && credentials === 'same-origin';
		this.#fetching = token || headers || credentials === 'omit';
		const needs = { websocket: !noSocket && 'WebSocket', sse: this.#fetching ? 'fetch' : 'EventSource', json: 'fetch' };
		this.#transports = (this.#options.transports ?? Object.keys(needs)).filter((name) => globalThis[needs[name]]);
		if (!this.#transports.length) {
			throw new Error('No transport');
		}
		this.#prefer();
		const { signal } = this.#end;
		const listen = (type, listener) => globalThis.addEventListener?.(type, listener, { signal });
		listen('online', this.#check);
		listen('pagehide', () => this.#leave());
		listen('pageshow', (event) => event.persisted && this.#look(event));
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
		const { onended, ongap, onerror, cursor, grant } = options ?? {};
		const channel = String(target.channel ?? target);
		const from = String(cursor ?? target.cursor ?? 'latest');
		const sub = { onended, ongap, onerror, skip: 0, queue: [], takers: [] };
		if (typeof listener === 'function') {
			sub.listener = listener;
		}
		let entry = this.#channels.get(channel);
		if (!entry) {
			this.#channels.set(channel, entry = { channel, from, tries: 0, subs: new Set() });
		}
		else if (from !== (entry.from ?? 'latest')) {
			sub.from = from;
		}
		if (entry.refused || !entry.subs.size) {
			entry.refused = undefined;
			this.#retry();
		}
		entry.grant = grant ?? entry.grant;
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
		this.#leave('closed');
		clearTimeout(this.#retrying);
		this.#end.abort();
		this.#channels.forEach((entry) => entry.subs.forEach((sub) => this.#finish(entry, sub)));
	}

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
		for (const entry of [...this.#channels.values()]) {
			if (!ID.test(entry.channel)) {
				this.#ended(entry);
			}
			else if (!entry.barred && !/^[\w-]+$/.test(entry.from ?? this.#cursor)) {
				this.#bar(entry);
				this.#tell(entry, 'cursor');
			}
		}
		for (const entry of this.#open().slice(this.#limit)) {
			entry.from ??= this.#cursor;
			this.#tell(entry, 'limit');
		}
		if (this.#state === 'closed' || this.#state === 'paused') {
			return;
		}
		if (!this.#wanted().length) {
			this.#unlink('waiting');
		}
		else if (this.#link) {
			this.#link.update?.();
		}
		else if (!this.#timer) {
			this.#connect();
		}
		for (const entry of this.#channels.values()) {
			for (const sub of entry.subs) {
				if (!entry.from && sub.from !== undefined && sub.held === undefined) {
					this.#catchUp(entry, sub);
				}
			}
		}
	}

	#open() {
		return [...this.#channels.values()].filter((entry) => !entry.barred && !entry.ended);
	}

	#wanted() {
		return this.#open().slice(0, this.#limit);
	}

	#prefer() {
		this.#index = Math.max(0, this.#transports.indexOf(memory('comet ' + this.#url)));
	}

	async #connect() {
		if (this.#index && now() > this.#better) {
			this.#index = 0;
		}
		let type = this.#transports[this.#index];
		const resting = this.#yielding && type !== 'websocket';
		if (resting) {
			type = 'json';
		}
		const login = this.#options.token;
		const link = this.#link = { type, resting, login, named: new Set(), covered: new Set() };
		this.#enter('connecting');
		let protocols = 'comet.v1';
		try {
			if (link.login && this.#link === link) {
				this.#token = undefined;
				protocols = [protocols, 'comet.bearer.' + base64url(await this.#bearer())];
				link.login = undefined;
			}
			if (this.#link === link) {
				this.#watch(link, FIRST);
				await (type === 'websocket' ? this.#socket(link, protocols) : type === 'sse' ? this.#stream(link) : this.#poll(link));
			}
		}
		catch (error) {
			this.#fail(link, said(error));
		}
	}

	async #grants(channels) {
		const all = await Promise.all(channels.map(async (channel) => {
			const { grant } = [...this.#channels.values()].find((entry) => entry.channel === channel) ?? {};
			try {
				return typeof grant === 'function' ? await Promise.race([grant(), rest({}, 5000)]) : grant;
			}
			catch (error) {
				this.#fire('error', { transport: this.#link?.type, channel, ...said(error) });
			}
		}));
		return all.some((grant) => grant) ? all.filter((grant) => grant) : undefined;
	}

	async #bearer() {
		const token = await (this.#token ??= Promise.resolve().then(() => this.#options.token()));
		if (!token) {
			throw new Error('No token');
		}
		return token;
	}

	#unlink(state) {
		const link = this.#link;
		clearTimeout(this.#timer);
		this.#timer = this.#link = undefined;
		link?.close?.();
		this.#enter(state);
	}

	#fail(link, problem, wait = 0) {
		if (this.#link !== link) {
			return;
		}
		const { code, status } = problem;
		const login = link.login || (this.#options.token || [...link.named].some((entry) => entry.grant)) && (status === 401 || code === 4401);
		if (link.live && code === 1001 || login && !link.login && !this.#expired) {
			this.#expired = login;
			return this.#renew(link, true);
		}
		this.#unlink('waiting');
		this.#fire('error', { transport: link.type, ...problem });
		if (this.#state !== 'waiting' || !this.#wanted().length) {
			return;
		}
		if (!link.live && !wait && !link.resting && !login && (!this.#proven.has(link.type) || this.#fails > 2)) {
			this.#index = (this.#index + 1) % this.#transports.length;
			this.#better = now() + UPGRADE;
			if (++this.#round < this.#transports.length) {
				return this.#connect();
			}
		}
		if (wait) {
			this.#prefer();
		}
		this.#round = 0;
		this.#wait = wait;
		this.#timer = setTimeout(() => this.#connect(), wait + Math.random() * this.#pause(this.#fails++));
	}

	#pause(tries) {
		return Math.min(this.#options.maxBackoff, this.#options.backoff * 2 ** tries);
	}

	#denied(link, { status, message, wait, body: { refused, why, limit } }) {
		if (this.#link !== link) {
			return;
		}
		const { size } = link.named;
		Array.isArray(refused) && this.#refused(link, refused, why);
		if (this.#fits(limit, size) || link.named.size < size) {
			return this.#renew(link, true);
		}
		if (link.resting && status < 500 && !wait && !(status === 401 && this.#options.token)) {
			this.#options.yieldWhenHidden = this.#yielding = false;
		}
		this.#fail(link, { status, message }, wait);
	}

	#fits(limit, size) {
		if (limit >= 1 && limit < size) {
			this.#limit = limit;
			return true;
		}
	}

	#refused(link, names, why) {
		const entries = names.map((id) => this.#channels.get(id)).filter((entry) => link.named.delete(entry));
		for (const entry of entries) {
			link.covered.delete(entry);
			Object.assign(entry, link.before?.get(entry));
			this.#bar(entry);
			if (why || entries.length < 2) {
				this.#tell(entry, why);
			}
			else if (!entry.refused?.length) {
				this.#inquire(entry);
			}
		}
	}

	#bar(entry) {
		entry.barred = true;
		entry.from ??= this.#cursor;
		this.#retrying ??= setTimeout(() => this.#retry(), (1 + Math.random()) / 2 * this.#pause(entry.tries));
		entry.tries++;
		this.#plan();
	}

	async #inquire(entry) {
		const { channel, from } = entry;
		const { body } = await this.#ask({ channels: [channel], from: { [from]: [channel] }, timeout: 'PT0S' });
		if (entry.barred && this.#channels.get(channel) === entry) {
			this.#tell(entry, body.refused && body.why);
		}
	}

	#tell(entry, why) {
		const { channel, refused, subs } = entry;
		if (refused !== (why ?? true)) {
			entry.refused = why ?? true;
			[...subs].forEach((sub) => call(sub.onerror, { channel, why }));
			this.#fire('error', { transport: this.#link?.type, channel, why });
		}
		if (why === 'cursor') {
			entry.from = 'earliest';
			this.#gap(entry);
		}
	}

	#retry() {
		clearTimeout(this.#retrying);
		this.#retrying = undefined;
		for (const entry of [...this.#channels.values()].filter((entry) => entry.barred)) {
			entry.barred = false;
			this.#channels.delete(entry.channel);
			this.#channels.set(entry.channel, entry);
		}
		this.#plan();
	}

	#renew(link, force) {
		const all = this.#wanted();
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
			else if (link.checked) {
				this.#fire('error', { transport: link.type, message: 'Silence' });
				this.#renew(link, true);
			}
			else {
				this.#fail(link, { message: 'Silence' });
			}
		}, ms);
	}

	#check = () => {
		const link = this.#link;
		if (!link) {
			if (this.#timer && !this.#wait) {
				clearTimeout(this.#timer);
				this.#connect();
			}
		}
		else if (link.live && !link.ping) {
			this.#renew(link, true);
		}
		else if (!link.checked && !link.login) {
			link.checked = link.pinged = true;
			link.live && link.ping();
			this.#watch(link, 4000);
		}
	};

	#leave(state = 'paused') {
		clearTimeout(this.#hide);
		clearTimeout(this.#yield);
		this.#unlink(state);
	}

	#look = ({ type } = {}) => {
		const { pauseWhenHidden, yieldWhenHidden } = this.#options;
		const hidden = globalThis.document?.hidden;
		clearTimeout(this.#hide);
		clearTimeout(this.#yield);
		if (hidden) {
			this.#hide = pauseWhenHidden >= 0 && setTimeout(() => this.#leave(), pauseWhenHidden);
			this.#yield = yieldWhenHidden > 0 && setTimeout(() => {
				const link = this.#link;
				this.#yielding = true;
				if (link && link.type !== 'websocket') {
					this.#renew(link, true);
				}
			}, yieldWhenHidden);
		}
		else {
			this.#yielding = false;
		}
		if (this.#state === 'paused' && (!hidden || type === 'pageshow')) {
			this.#enter('waiting');
			this.#apply();
		}
		else if (!hidden) {
			this.#check();
		}
	};

	#positions(entries) {
		const groups = new Map();
		for (const { channel, from = this.#cursor } of entries) {
			groups.set(from, [...groups.get(from) ?? [], channel]);
		}
		const cursor = groups.has(this.#cursor) ? this.#cursor : 'latest';
		groups.delete(cursor);
		return { cursor, from: groups.size ? Object.fromEntries(groups) : undefined };
	}

	#socket(link, protocols) {
		const socket = new WebSocket(this.#url.href.replace(/^http/, 'ws'), protocols);
		let number = 0;
		let asked;
		link.close = () => socket.close();
		link.ping = () => socket.send('{"ping":0}');
		link.update = () => {
			const wanted = new Set(this.#wanted());
			const gone = [...link.named].filter((entry) => !wanted.has(entry));
			const fresh = [...wanted].filter((entry) => !link.named.has(entry));
			if (asked?.fresh.length && !asked.fresh.some((entry) => link.named.has(entry))) {
				asked = undefined;
			}
			if (asked || socket.readyState !== 1 || !gone.length && !fresh.length) {
				return;
			}
			gone.forEach((entry) => link.named.delete(entry));
			fresh.forEach((entry) => link.named.add(entry));
			asked = { gone, fresh };
			this.#grants(ids(fresh)).then((grants) => socket.send(JSON.stringify({
				unsubscribe: ids(gone), subscribe: ids(fresh), ...fresh.length && this.#positions(fresh), grants, ping: ++number,
			})));
		};
		const undo = ({ error: message, limit }) => {
			const { gone = [], fresh = [] } = asked ?? {};
			asked = undefined;
			if (this.#fits(limit, link.named.size)) {
				fresh.forEach((entry) => link.named.delete(entry));
			}
			else if (!link.live) {
				throw new Error(message);
			}
			else {
				this.#fire('error', { transport: link.type, message });
				fresh.forEach((entry) => this.#refused(link, [entry.channel]));
			}
			gone.forEach((entry) => link.named.add(entry));
		};
		socket.onopen = link.update;
		socket.onmessage = ({ data }) => this.#read(link, () => {
			const received = JSON.parse(data);
			if (received.error) {
				undo(received);
			}
			else if (asked && received.pong === number) {
				asked.gone.forEach((entry) => link.covered.delete(entry));
				asked.fresh.forEach((entry) => link.named.has(entry) && link.covered.add(entry));
				asked = undefined;
			}
			this.#plan();
			return received;
		});
		socket.onclose = ({ code, reason: message }) => this.#fail(link, { code, message });
	}

	async #stream(link) {
		const all = this.#wanted();
		link.named = link.covered = new Set(all);
		link.update = () => this.#renew(link);
		const grants = await this.#grants(ids(all)) ?? [];
		if (this.#link !== link) {
			return;
		}
		const { cursor, from = {} } = this.#positions(all);
		const url = new URL(this.#url);
		const add = (name, ...values) => values.forEach((value) => url.searchParams.append(name, value));
		add('channel', ...ids(all));
		add('cursor', cursor);
		add('from', ...Object.entries(from).map((entry) => entry.join(':')));
		add('grant', ...grants);
		if (url.href.length > 6000) {
			this.#proven.delete(link.type);
			throw new Error('URL too long');
		}
		link.before = new Map(all.map((entry) => [entry, { ...entry, from: entry.from ?? this.#cursor }]));
		const receive = (type, data, cursor) =>
			EVENTS[type] && this.#read(link, () => EVENTS[type](data && JSON.parse(data), cursor));
		if (this.#fetching) {
			return this.#events(link, url, receive);
		}
		const source = new EventSource(url, { withCredentials: this.#options.credentials === 'include' });
		link.close = () => source.close();
		Object.keys(EVENTS).forEach((type) =>
			source.addEventListener(type, ({ data, lastEventId }) => source.onerror && receive(type, data, lastEventId)));
		source.onerror = () => {
			const refused = source.readyState === 2 && !link.live;
			source.onerror = null;
			source.close();
			if (this.#link === link) {
				refused ? this.#events(link, url, receive) : this.#fail(link, { message: 'Disconnected' });
			}
		};
	}

	async #events(link, url, receive) {
		const abort = new AbortController();
		link.close = () => abort.abort();
		try {
			const response = await this.#fetch(url, 'Accept', 'text/event-stream', { signal: abort.signal });
			const { status, headers } = response;
			if (status === 204) {
				this.#read(link, () => ({ ended: ids([...link.named]) }));
				this.#renew(link, true);
			}
			else if (status === 200 && headers.get('Content-Type')?.startsWith('text/event-stream')) {
				await parse(response.body, receive);
				this.#fail(link, { message: 'Disconnected' });
			}
			else {
				this.#denied(link, await this.#understand(response));
			}
		}
		catch (error) {
			this.#fail(link, said(error));
		}
	}

	async #poll(link) {
		link.update = () => this.#renew(link);
		while (this.#link === link) {
			const all = this.#wanted();
			if (!all.length) {
				return;
			}
			const hold = link.live && !link.resting && !all.some((entry) => entry.from);
			const began = now();
			const abort = new AbortController();
			link.named = link.covered = new Set(all);
			link.close = () => abort.abort();
			const answer = await this.#ask({
				channels: ids(all),
				...this.#positions(all),
				timeout: `PT${hold ? Math.ceil(this.#options.silence / 1500) : 0}S`,
			}, abort.signal);
			if (this.#link !== link) {
				return;
			}
			const { ok, body } = answer;
			if (!ok) {
				this.#advance(link, body.cursor);
				return this.#denied(link, answer);
			}
			this.#read(link, () => body);
			this.#renew(link, !link.resting && this.#index && now() > this.#better);
			if (this.#link !== link) {
				return;
			}
			if (link.resting) {
				clearTimeout(this.#timer);
				await rest(link, this.#options.yieldWhenHidden);
				this.#link === link && this.#watch(link, FIRST);
			}
			else if (hold && !body.messages && !body.ended && !body.gaps && now() - began < 500) {
				await rest(link, 1000);
			}
		}
	}

	async #ask(request, signal = AbortSignal.timeout?.(FIRST)) {
		try {
			const response = await this.#fetch(this.#url, 'Content-Type', 'application/json', {
				method: 'POST', body: JSON.stringify({ ...request, grants: await this.#grants(request.channels) }), signal,
			});
			return await this.#understand(response);
		}
		catch (error) {
			return { body: {}, wait: 0, ...said(error) };
		}
	}

	async #fetch(url, name, type, init) {
		const { headers, credentials, token } = this.#options;
		const all = new Headers(typeof headers === 'function' ? await headers() : headers);
		token && all.set('Authorization', 'Bearer ' + await this.#bearer());
		all.set(name, type);
		const response = await fetch(url, { ...init, headers: all, credentials });
		if (response.status === 401) {
			this.#token = undefined;
		}
		return response;
	}

	async #understand(response) {
		const { status, headers } = response;
		const body = await response.json().catch(() => 0) || {};
		body.limit ??= headers.get('Comet-Max-Channels');
		return { status, ok: status === 200 && body.cursor, body, message: body.detail, wait: later(headers.get('Retry-After')) };
	}

	#read(link, read) {
		if (this.#link !== link) {
			return;
		}
		let received;
		try {
			received = read();
		}
		catch (error) {
			return this.#fail(link, said(error));
		}
		link.pinged = link.checked = false;
		this.#watch(link);
		if (!link.live) {
			link.live = true;
			this.#fails = this.#round = 0;
			if (!link.resting) {
				this.#proven.add(link.type);
				memory('comet ' + this.#url, link.type);
			}
			this.#enter('open');
		}
		received.refused && this.#refused(link, received.refused, received.why);
		this.#advance(link, received.cursor);
		if (received.expired) {
			return this.#fail(link, { status: 401 });
		}
		this.#expired = false;
		const find = (id) => {
			const entry = this.#channels.get(id);
			return link.covered.has(entry) && entry;
		};
		received.gaps?.forEach((id) => this.#gap(find(id)));
		received.messages?.forEach(({ channel, data }) => [...find(channel)?.subs ?? []].forEach((sub) => this.#give(sub, data)));
		received.ended?.forEach((id) => this.#ended(find(id), link));
	}

	#advance(link, cursor) {
		if (cursor) {
			this.#cursor = cursor;
			for (const entry of link.covered) {
				entry.from = entry.refused = undefined;
				entry.tries = 0;
			}
			this.#plan();
		}
	}

	#give(sub, value) {
		if (sub.done || sub.from !== undefined) {
			sub.held?.push(value);
		}
		else if (sub.skip) {
			sub.skip--;
		}
		else if (sub.listener) {
			call(sub.listener, value);
		}
		else if (sub.takers.length) {
			sub.takers.shift()({ value, done: false });
		}
		else if (sub.queue.push({ value, done: false }) > 10_000) {
			sub.queue.shift();
			call(sub.ongap);
		}
	}

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
			else if (a.status >= 400 && a.status < 500 && !a.wait && !(a.status === 401 && this.#options.token)) {
				lacking = [];
				known = 0;
				gap = true;
				if (b.ok && a.status === 400) {
					call(sub.onerror, { channel, why: 'cursor' });
					this.#fire('error', { transport: this.transport, channel, why: 'cursor' });
				}
				break;
			}
			else {
				this.#token = undefined;
				sub.held = null;
				await rest({}, a.wait + b.wait + this.#options.backoff * (1 + Math.random()));
				sub.held = undefined;
				return this.#plan();
			}
		}
		const more = lacking.length - known;
		const items = lacking.slice(0, Math.max(0, more)).map(({ data }) => data);
		sub.skip = Math.max(0, -more);
		items.push(...sub.held);
		sub.from = sub.held = undefined;
		gap && call(sub.ongap);
		items.forEach((data) => this.#give(sub, data));
		entry.ended && this.#finish(entry, sub, sub.onended);
	}

	#gap(entry) {
		if (entry) {
			[...entry.subs].forEach((sub) => sub.done || call(sub.ongap));
			this.#fire('gap', { channel: entry.channel });
		}
	}

	#ended(entry, link) {
		if (entry) {
			const { channel, subs } = entry;
			entry.ended = link;
			entry.from = undefined;
			this.#channels.delete(channel);
			link?.named.delete(entry);
			link?.covered.delete(entry);
			this.#plan();
			[...subs].forEach((sub) => link && sub.from !== undefined ? this.#channels.set(entry, entry) : this.#finish(entry, sub, sub.onended));
			this.#fire('ended', { channel });
		}
	}

	#finish(entry, sub, onended) {
		if (!sub.done) {
			sub.done = true;
			entry.subs.delete(sub);
			sub.takers.forEach((take) => take(END));
			const key = entry.ended ? entry : entry.channel;
			if (!entry.subs.size && this.#channels.get(key) === entry) {
				this.#channels.delete(key);
				this.#retry();
			}
			call(onended);
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
