// Listens to a real server over a link that breaks all the time, while channels come and go. Says what it heard.
// node --experimental-websocket --experimental-eventsource testing/storm.js <endpoint> <transport> <last message>
import { Comet } from '../comet.js';

const [endpoint, transport, last] = process.argv.slice(2);
const { fetch } = globalThis;
let breakLink = () => {};
let breaks = 0;

globalThis.fetch = (url, init) => {
	const abort = new AbortController();
	init.signal?.addEventListener('abort', () => abort.abort());
	breakLink = () => abort.abort();
	return fetch(url, { ...init, signal: abort.signal });
};
for (const name of ['WebSocket', 'EventSource']) {
	const Original = globalThis[name];
	globalThis[name] = Original && class extends Original {
		constructor(...args) {
			super(...args);
			breakLink = () => {
				this.close();
				this.onerror?.();
			};
		}
	};
}

const comet = new Comet(endpoint, { transports: [transport], backoff: 20, maxBackoff: 100 });
const problems = [];
let messages = 0;
comet.addEventListener('gap', ({ detail }) => problems.push({ gap: detail }));

// every subscription must hear all from its first message to the last, in order, each once
const heard = (name, first) => {
	let next = first;
	let done;
	const promise = new Promise((resolve) => done = resolve);
	return {
		promise,
		take(data) {
			messages++;
			const number = Number(data);
			next ??= number;
			if (number !== next) {
				problems.push({ name, expected: next, got: number });
			}
			next = number + 1;
			if (number === Number(last)) {
				done();
			}
		},
	};
};

const place = async (channel) => {
	const response = await fetch(endpoint, {
		method: 'POST', headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ channels: [channel], cursor: 'earliest', timeout: 'PT0S' }),
	});
	const { cursor, messages = [] } = await response.json();
	return { channel, cursor, first: Number(messages.at(-1)?.data ?? 0) + 1 };
};

const all = [];
const listen = (name, target, first) => {
	const hearing = heard(name, first);
	all.push(hearing.promise);
	return comet.subscribe(target, hearing.take);
};

listen('a from the beginning', { channel: 'a', cursor: 'earliest' }, 1);
// disturbs again and again, but not before a message has come since: a slow machine would never hear one
const disturb = (interval, how) => {
	let then = 0;
	return setInterval(() => {
		if (messages > then) {
			then = messages;
			how();
		}
	}, interval);
};
const breaking = disturb(150, () => {
	breaks++;
	breakLink();
});
let visitor;
const churning = disturb(45, () => {
	if (visitor) {
		visitor.close();
		visitor = undefined;
	}
	else {
		visitor = comet.subscribe('c', () => {});
	}
});
for (let i = 0; i < 6; i++) {
	await new Promise((resolve) => setTimeout(resolve, 60));
	for (const channel of ['a', 'b']) {
		const { first, ...target } = await place(channel);
		await new Promise((resolve) => setTimeout(resolve, 30));
		listen(`${channel} number ${i}`, target, first);
	}
	listen(`b from now, number ${i}`, 'b');
}
const late = setTimeout(() => {
	problems.push('late');
	finish();
}, 60_000);
const finish = () => {
	console.log(JSON.stringify({ problems: problems.slice(0, 5), breaks }));
	process.exit(0);
};
await Promise.all(all);
clearInterval(breaking);
clearInterval(churning);
clearTimeout(late);
finish();
