import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Comet } from '../comet.js';
import { events, FakeEvents, FakeFetch, FakeSocket, install, random, reported, request, settle, show, socket, storage,
	tick, uninstall } from '../testing/fakes.js';

let comet;

beforeEach(install);
afterEach(() => {
	comet?.close();
	uninstall();
});

function start(options) {
	comet = new Comet('/comet', options);
	comet.log = [];
	for (const type of ['state', 'gap', 'ended', 'error']) {
		comet.addEventListener(type, ({ detail }) => comet.log.push([type, detail]));
	}
	return comet;
}

const only = (transport, options) => start({ transports: [transport], ...options });
const say = (channel, ...data) => data.map((item) => ({ channel, data: item }));

function listen(target, options) {
	const got = [];
	got.sub = comet.subscribe(target, (data) => got.push(data), options);
	return got;
}

async function connected(cursor = 'C1') {
	only('websocket');
	const got = listen('a');
	await settle();
	await socket().open();
	await socket().answer(cursor);
	return got;
}

// ---- Choosing a transport ----

test('the first choice is a WebSocket', async () => {
	start();
	const got = listen('a');
	assert.equal(comet.state, 'waiting');
	await settle();
	assert.equal(comet.state, 'connecting');
	assert.equal(socket().url, 'ws://localhost/comet');
	assert.equal(socket().protocol, 'comet.v1');
	await socket().open();
	assert.deepEqual(socket().sent, [{ unsubscribe: [], subscribe: ['a'], cursor: 'latest', ping: 1 }]);
	assert.equal(comet.state, 'connecting');
	await socket().answer('C1');
	assert.equal(comet.state, 'open');
	assert.equal(comet.transport, 'websocket');
	await socket().receive({ messages: say('a', 1, { b: 2 }), cursor: 'C2' });
	assert.deepEqual([...got], [1, { b: 2 }]);
});

test('falls to SSE and then to JSON at once, and remembers', async () => {
	start();
	const got = listen('a');
	await settle();
	await socket().drop();
	assert.equal(FakeEvents.all.length, 1);
	await events().drop();
	assert.deepEqual(request().body, { channels: ['a'], cursor: 'latest', timeout: 'PT0S' });
	await request().answer({ cursor: 'C1' });
	assert.equal(comet.transport, 'json');
	assert.deepEqual(request().body, { channels: ['a'], cursor: 'C1', timeout: 'PT20S' });
	await request().answer({ cursor: 'C2', messages: say('a', 'x') });
	assert.deepEqual([...got], ['x']);
	assert.deepEqual([...storage.values()], ['json']);
	comet.close();
	start();
	listen('a');
	await settle();
	assert.equal(FakeSocket.all.length, 1);
	assert.equal(request().body.timeout, 'PT0S');
});

test('a WebSocket that opens and says nothing does not work', async () => {
	start();
	listen('a');
	await settle();
	await socket().open();
	await tick(10_000);
	assert.equal(FakeEvents.all.length, 1);
	assert.equal(socket().readyState, 2);
});

test('a WebSocket that opens after its time is ignored', async () => {
	start();
	const got = listen('a');
	await settle();
	const late = socket();
	await tick(10_000);
	await events().send('heartbeat', {}, 'C1');
	await late.open();
	await late.receive({ pong: 1, cursor: 'X', messages: say('a', 'wrong') });
	await late.drop();
	assert.deepEqual([...got], []);
	assert.equal(comet.transport, 'sse');
	await events().drop();
	await tick(1000);
	assert.deepEqual(events().parameters.cursor, ['C1']);
});

test('a frame that is no JSON ends the link', async () => {
	await connected();
	await socket().receive('<html>');
	assert.equal(comet.state, 'waiting');
	await tick(1000);
	await socket().open();
	assert.equal(socket().sent[0].cursor, 'C1');
});

test('what does not exist is not tried', async () => {
	delete globalThis.WebSocket;
	delete globalThis.EventSource;
	start();
	listen('a');
	await settle();
	assert.equal(FakeFetch.all.length, 1);
	delete globalThis.fetch;
	assert.throws(() => new Comet('/comet'), /No transport/);
});

test('a transport that worked is tried again before others, and not for ever', async () => {
	start();
	listen('a');
	await settle();
	await socket().open();
	await socket().answer('C1');
	await socket().drop();
	for (let i = 1; i <= 2; i++) {
		await tick(60_000);
		assert.equal(FakeSocket.all.length, 1 + i);
		await socket().drop();
	}
	assert.equal(FakeEvents.all.length, 0);
	await tick(60_000);
	await socket().drop();
	assert.equal(FakeEvents.all.length, 1);
	assert.deepEqual(events().parameters, { channel: ['a'], cursor: ['C1'] });
});

test('a server that says when to come back is no fault of a transport', async () => {
	start({ transports: ['websocket', 'sse'] });
	listen('a');
	await settle();
	await socket().open();
	await socket().answer('C1');
	await socket().drop(1013);
	for (let i = 0; i < 3; i++) { // a browser does not tell that it was a 503
		await tick(4000);
		await socket().drop();
	}
	assert.equal(events().parameters.cursor[0], 'C1');
	await events().drop(2);
	await request().answer({}, 503, { 'Retry-After': '5' });
	const before = FakeSocket.all.length;
	await tick(5000 + 4000);
	assert.equal(FakeSocket.all.length, before + 1);
	await socket().open();
	await socket().answer('C2');
	assert.equal(comet.transport, 'websocket');
});

test('a page that comes while the server is away gets the best transport later', async () => {
	start();
	listen('a');
	await settle();
	await socket().drop();
	await events().drop(2);
	await request().answer({}, 503, { 'Retry-After': '5' });
	await tick(5500);
	await socket().open();
	await socket().answer('C1');
	assert.equal(comet.transport, 'websocket');
});

test('when nothing works there is a pause before the next round', async () => {
	start();
	listen('a');
	await settle();
	await socket().drop();
	await events().drop();
	await request().fail();
	assert.equal(comet.state, 'waiting');
	assert.equal(FakeSocket.all.length, 1);
	await tick(499);
	assert.equal(FakeSocket.all.length, 1);
	await tick(1);
	assert.equal(FakeSocket.all.length, 2);
});

test('a better transport is tried again later', async () => {
	start();
	listen('a');
	await settle();
	await socket().drop();
	await events().drop();
	await request().answer({ cursor: 'C1' });
	for (let t = 0; t <= 600_000; t += 20_000) {
		await tick(20_000);
		if (FakeSocket.all.length === 1) {
			await request().answer({ cursor: 'C1' });
		}
	}
	assert.equal(FakeSocket.all.length, 2);
	assert.equal(comet.state, 'connecting');
	await socket().open();
	assert.equal(socket().sent[0].cursor, 'C1');
});

// ---- Coming back ----

test('comes back to where it was, after a pause that grows and is jittered', async () => {
	await connected();
	const pauses = [];
	for (let i = 0; i < 8; i++) {
		const before = FakeSocket.all.length;
		await socket().drop();
		let ms = 0;
		for (; FakeSocket.all.length === before; ms += 100) {
			await tick(100);
		}
		pauses.push(ms);
	}
	assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
	await socket().open();
	assert.deepEqual(socket().sent[0], { unsubscribe: [], subscribe: ['a'], cursor: 'C1', ping: 1 });
	await socket().answer('C2');
	random.value = 0;
	await socket().drop();
	const before = FakeSocket.all.length;
	await tick(0);
	assert.equal(FakeSocket.all.length, before + 1);
	random.value = 0.999;
	await socket().open();
	await socket().answer('C3');
	await socket().drop();
	await tick(998);
	assert.equal(FakeSocket.all.length, before + 1);
	await tick(2);
	assert.equal(FakeSocket.all.length, before + 2);
});

test('a silent WebSocket is pinged, and left if it does not answer', async () => {
	await connected();
	await tick(30_000);
	assert.deepEqual(socket().sent.at(-1), { ping: 0 });
	await socket().receive({ pong: 0 });
	await tick(30_000);
	assert.equal(socket().sent.length, 3);
	await tick(10_000);
	assert.equal(comet.state, 'waiting');
	assert.equal(socket().readyState, 2);
	assert.equal(comet.log.at(-1)[1].message, 'Silence');
});

test('a silent event stream is left, one with heartbeats is not', async () => {
	only('sse');
	listen('a');
	await settle();
	await events().send('heartbeat', {}, 'C1');
	await tick(20_000);
	await events().send('heartbeat', {}, 'C1');
	await tick(20_000);
	assert.equal(comet.state, 'open');
	await tick(10_000);
	assert.equal(comet.state, 'waiting');
});

test('a poll that hangs is left', async () => {
	only('json');
	listen('a');
	await settle();
	await request().answer({ cursor: 'C1' });
	await tick(30_000);
	assert.equal(request().aborted, true);
	assert.equal(comet.state, 'waiting');
});

test('a poll that is refused waits as long as the server says, and takes its cursor', async () => {
	only('json');
	listen('a');
	await settle();
	await request().answer({ cursor: 'C1' });
	await request().answer({ cursor: 'C2', detail: 'ended' }, 503, { 'Retry-After': '5' });
	const before = FakeFetch.all.length;
	assert.deepEqual(comet.log.at(-1), ['error', { transport: 'json', status: 503, message: 'ended' }]);
	await show(false);
	await tick(5499);
	assert.equal(FakeFetch.all.length, before);
	await tick(1);
	assert.equal(FakeFetch.all.length, before + 1);
	assert.equal(request().body.cursor, 'C2');
});

test('Retry-After may be a date, and nonsense is ignored', async () => {
	only('json');
	listen('a');
	await settle();
	await request().answer({}, 503, { 'Retry-After': new Date(Date.now() + 8000).toUTCString() });
	await tick(7000);
	assert.equal(FakeFetch.all.length, 1);
	await tick(1501);
	assert.equal(FakeFetch.all.length, 2);
	await request().answer({}, 503, { 'Retry-After': 'soon' });
	await tick(1000);
	assert.equal(FakeFetch.all.length, 3);
});

test('the page of a captive portal is no answer', async () => {
	only('json');
	listen('a');
	await settle();
	await request().answer('<html>');
	assert.equal(comet.state, 'waiting');
});

test('polls that are answered at once do not run wild', async () => {
	only('json');
	listen('a');
	await settle();
	await request().answer({ cursor: 'C1' });
	await request().answer({ cursor: 'C1' });
	assert.equal(FakeFetch.all.length, 2);
	await tick(1000);
	assert.equal(FakeFetch.all.length, 3);
	await request().answer({ cursor: 'C2', messages: say('a', 1) });
	assert.equal(FakeFetch.all.length, 4);
});

test('a drop while connecting keeps the cursor that a page gave', async () => {
	only('sse');
	const got = listen({ channel: 'a', cursor: 'P' });
	await settle();
	await events().drop();
	await tick(1000);
	assert.deepEqual(events().parameters.cursor, ['P']);
	await events().send('heartbeat', {}, 'C0');
	await events().send('message', { channel: 'a', data: 1 }, 'C1');
	await events().drop();
	await tick(1000);
	assert.deepEqual(events().parameters.cursor, ['C1']);
	assert.deepEqual([...got], [1]);
});

test('an event stream that was refused finds out why', async () => {
	only('sse');
	listen('a');
	await settle();
	await events().drop(2);
	assert.equal(request().method, 'GET');
	await request().answer({}, 503, { 'Retry-After': '5' });
	assert.deepEqual(comet.log.at(-1), ['error', { transport: 'sse', status: 503 }]);
	await tick(5499);
	assert.equal(FakeEvents.all.length, 1);
	await tick(1);
	assert.equal(FakeEvents.all.length, 2);
});

test('an event stream that is answered 204 has ended for all', async () => {
	only('sse');
	let ended = 0;
	listen('a', { onended: () => ended++ });
	listen('b', { onended: () => ended++ });
	await settle();
	await events().drop(2);
	await request().answer(null, 204);
	assert.equal(ended, 2);
	assert.equal(comet.state, 'waiting');
	await tick(100_000);
	assert.equal(FakeEvents.all.length, 1);
	assert.equal(comet.log.some(([type]) => type === 'error'), false);
});

test('an address that is too long leaves SSE to others', async () => {
	start({ transports: ['sse', 'json'] });
	for (let i = 0; i < 100; i++) {
		listen('a-long-name-of-a-channel-'.repeat(3) + i);
	}
	await settle();
	assert.equal(FakeEvents.all.length, 0);
	assert.equal(request().body.channels.length, 100);
});

// ---- A set of channels that changes ----

test('subscriptions made in one go are one request, and share a channel', async () => {
	only('websocket');
	const one = listen('a');
	const two = listen('a');
	const three = listen('b');
	await settle();
	await socket().open();
	assert.deepEqual(socket().sent[0].subscribe, ['a', 'b']);
	await socket().answer('C1', { messages: [...say('a', 1), ...say('b', 2)] });
	assert.deepEqual([one, two, three].map((got) => [...got]), [[1], [1], [2]]);
	one.sub.close();
	await settle();
	assert.equal(socket().sent.length, 1);
	two.sub.close();
	await settle();
	assert.deepEqual(socket().sent[1], { unsubscribe: ['a'], subscribe: [], ping: 2 });
	await socket().receive({ messages: say('a', 3), cursor: 'C2' });
	assert.deepEqual([...two], [1]);
	three.sub.close();
	await settle();
	assert.equal(comet.state, 'waiting');
	assert.equal(socket().readyState, 2);
});

test('news that cross a subscribe frame do not count as its answer', async () => {
	await connected('C1');
	const b = listen({ channel: 'b', cursor: 'P' });
	await settle();
	assert.deepEqual(socket().sent[1], { unsubscribe: [], subscribe: ['b'], cursor: 'P', ping: 2 });
	await socket().receive({ messages: say('a', 1), cursor: 'C2' });
	await socket().drop();
	await tick(1000);
	await socket().open();
	assert.deepEqual(socket().sent[0],
			{ unsubscribe: [], subscribe: ['a', 'b'], cursor: 'C2', from: { P: ['b'] }, ping: 1 });
	await socket().answer('C3', { messages: say('b', 'kept') });
	assert.deepEqual([...b], ['kept']);
	await socket().drop();
	await tick(1000);
	await socket().open();
	assert.deepEqual(socket().sent[0], { unsubscribe: [], subscribe: ['a', 'b'], cursor: 'C3', ping: 1 });
});

test('a channel that is left and taken again hears nothing of the time between', async () => {
	const first = await connected();
	listen('z');
	await settle();
	await socket().answer('C2');
	first.sub.close();
	const again = listen({ channel: 'a', cursor: 'P' });
	await settle();
	assert.deepEqual(socket().sent.at(-1), { unsubscribe: ['a'], subscribe: ['a'], cursor: 'P', ping: 3 });
	await socket().receive({ messages: say('a', 'on its way'), cursor: 'C3' });
	assert.deepEqual([...again], []);
	await socket().answer('C4', { messages: say('a', 'on its way', 'new') });
	assert.deepEqual([...again], ['on its way', 'new']);
	assert.deepEqual([...first], []);
});

test('one question is asked at a time', async () => {
	only('websocket');
	listen('a');
	await settle();
	await socket().open();
	listen('b');
	await settle();
	listen('c');
	await settle();
	assert.equal(socket().sent.length, 1);
	await socket().answer('C1');
	assert.deepEqual(socket().sent[1].subscribe, ['b', 'c']);
});

test('SSE opens anew with the cursor, and new channels start now', async () => {
	only('sse');
	const a = listen('a');
	await settle();
	const first = events();
	await first.send('heartbeat', {}, 'C1');
	const b = listen('b');
	const c = listen({ channel: 'c', cursor: 'P' });
	const d = listen({ channel: 'd', cursor: 'P' });
	await settle();
	assert.equal(first.readyState, 2);
	assert.deepEqual(events().parameters,
			{ channel: ['a', 'b', 'c', 'd'], cursor: ['C1'], from: ['latest:b', 'P:c,d'] });
	await first.send('message', { channel: 'a', data: 'old link' }, 'C9');
	await events().send('heartbeat', {}, 'C2');
	await events().send('message', { channel: 'c', data: 1 }, 'C3');
	assert.deepEqual([a, b, c, d].map((got) => [...got]), [[], [], [1], []]);
	a.sub.close();
	await settle();
	assert.deepEqual(events().parameters, { channel: ['b', 'c', 'd'], cursor: ['C3'] });
});

test('a poll that is held is asked anew, and nothing that it brings late counts', async () => {
	only('json');
	const a = listen('a');
	await settle();
	await request().answer({ cursor: 'C1' });
	const held = request();
	const b = listen({ channel: 'b', cursor: 'P' });
	await settle();
	assert.equal(held.aborted, true);
	assert.deepEqual(request().body, { channels: ['a', 'b'], cursor: 'C1', from: { P: ['b'] }, timeout: 'PT0S' });
	const anchoring = request();
	listen('c');
	await settle();
	assert.equal(anchoring.aborted, true);
	assert.deepEqual(request().body.from, { P: ['b'], latest: ['c'] });
	await request().answer({ cursor: 'C2', messages: [...say('b', 1), ...say('a', 2)] });
	assert.deepEqual([[...a], [...b]], [[2], [1]]);
	assert.deepEqual(request().body, { channels: ['a', 'b', 'c'], cursor: 'C2', timeout: 'PT20S' });
});

test('a subscription made by a listener amid an answer hears only what comes after', async () => {
	only('json');
	let b;
	comet.subscribe('a', () => b ??= listen('b'));
	await settle();
	await request().answer({ cursor: 'C1', messages: [...say('a', 1), ...say('b', 'before')] });
	await settle();
	assert.deepEqual([...b], []);
	assert.deepEqual(request().body.from, { latest: ['b'] });
	await request().answer({ cursor: 'C2', messages: say('b', 'after') });
	assert.deepEqual([...b], ['after']);
});

test('all from one page are sent with its cursor once', async () => {
	only('json');
	listen({ channel: 'a', cursor: 'P' });
	listen({ channel: 'b', cursor: 'P' });
	await settle();
	assert.deepEqual(request().body, { channels: ['a', 'b'], cursor: 'P', timeout: 'PT0S' });
});

// ---- A cursor of its own on a channel that runs ----

test('who comes with an older cursor gets what it lacks, once and in order', async () => {
	const one = await connected('C1');
	await socket().receive({ messages: say('a', 1, 2, 3), cursor: 'C4' });
	const two = listen({ channel: 'a', cursor: 'P' });
	await settle();
	const [own, running] = FakeFetch.all;
	assert.deepEqual(own.body, { channels: ['a'], cursor: 'P', timeout: 'PT0S' });
	assert.deepEqual(running.body, { channels: ['a'], cursor: 'C4', timeout: 'PT0S' });
	await socket().receive({ messages: say('a', 4), cursor: 'C5' });
	await own.answer({ cursor: 'a4', messages: say('a', 2, 3, 4) });
	await running.answer({ cursor: 'a5', messages: say('a', 4, 5) });
	assert.deepEqual([...two], []);
	await FakeFetch.all[2].answer({ cursor: 'a5', messages: say('a', 5) });
	await FakeFetch.all[3].answer({ cursor: 'a5' });
	assert.deepEqual([...two], [2, 3, 4]);
	await socket().receive({ messages: say('a', 5), cursor: 'C6' });
	assert.deepEqual([...two], [2, 3, 4, 5]);
	assert.deepEqual([...one], [1, 2, 3, 4, 5]);
	assert.equal(socket().sent.length, 1);
});

test('who comes with a newer cursor does not hear what is before it', async () => {
	await connected('C1');
	const two = listen({ channel: 'a', cursor: 'P' });
	await settle();
	await FakeFetch.all[0].answer({ cursor: 'a5', messages: say('a', 5) });
	await FakeFetch.all[1].answer({ cursor: 'a5', messages: say('a', 4, 5) });
	await socket().receive({ messages: say('a', 4), cursor: 'C2' });
	await socket().receive({ messages: say('a', 5, 6), cursor: 'C3' });
	assert.deepEqual([...two], [5, 6]);
});

test('catching up starts again when a request fails, and gives up with a gap when it is refused', async () => {
	await connected('C1');
	let gaps = 0;
	const two = listen({ channel: 'a', cursor: 'P' }, { ongap: () => gaps++ });
	await settle();
	await FakeFetch.all[0].fail();
	await FakeFetch.all[1].answer({ cursor: 'a5' });
	await socket().receive({ messages: say('a', 1), cursor: 'C2' });
	await tick(2000);
	assert.equal(FakeFetch.all.length, 4);
	assert.equal(FakeFetch.all[3].body.cursor, 'C2');
	await socket().receive({ messages: say('a', 2), cursor: 'C3' });
	await FakeFetch.all[2].answer({}, 415);
	await FakeFetch.all[3].answer({}, 415);
	assert.equal(gaps, 1);
	assert.deepEqual([...two], [2]);
});

test('who comes with a cursor before the channel runs waits until it does', async () => {
	only('websocket');
	listen({ channel: 'a', cursor: 'P1' });
	const two = listen({ channel: 'a', cursor: 'P2' });
	await settle();
	await socket().open();
	await socket().answer('C1', { messages: say('a', 1, 2) });
	assert.equal(FakeFetch.all.length, 2);
	await FakeFetch.all[0].answer({ cursor: 'a2', messages: say('a', 2) });
	await FakeFetch.all[1].answer({ cursor: 'a2' });
	await socket().receive({ messages: say('a', 3), cursor: 'C2' });
	assert.deepEqual([...two], [2, 3]);
});

// ---- Gaps and ends ----

test('a gap is told, and messages go on', async () => {
	await connected();
	let gaps = 0;
	const got = listen('a', { ongap: () => gaps++ });
	await socket().receive({ gaps: ['a', 'unknown'], messages: say('a', 9), cursor: 'C2' });
	assert.equal(gaps, 1);
	assert.deepEqual([...got], [9]);
	assert.deepEqual(comet.log.at(-1), ['gap', { channel: 'a' }]);
});

test('an ended channel is dropped, after its last messages', async () => {
	await connected();
	const order = [];
	const sub = comet.subscribe('a', (data) => order.push(data), { onended: () => order.push('ended') });
	const b = listen('b');
	await settle();
	await socket().answer('C2');
	await socket().receive({ messages: say('a', 'last'), ended: ['a'], cursor: 'C3' });
	assert.deepEqual(order, ['last', 'ended']);
	assert.equal(sub.closed, true);
	assert.deepEqual(comet.log.at(-1), ['ended', { channel: 'a' }]);
	assert.equal(socket().sent.length, 2);
	await socket().drop();
	await tick(1000);
	await socket().open();
	assert.deepEqual(socket().sent[0].subscribe, ['b']);
	assert.equal(b.sub.closed, false);
});

test('SSE tells gaps and ends, and is not opened anew for an end', async () => {
	only('sse');
	listen('a');
	listen('b');
	await settle();
	await events().send('heartbeat', {}, 'C1');
	await events().send('gap', { channel: 'b' }, 'C1');
	await events().send('ended', { channel: 'a' }, 'C1');
	assert.deepEqual(comet.log.slice(-2), [['gap', { channel: 'b' }], ['ended', { channel: 'a' }]]);
	assert.equal(FakeEvents.all.length, 1);
	await events().send('ended', { channel: 'b' }, 'C1');
	assert.equal(events().readyState, 2);
	assert.equal(comet.state, 'waiting');
});

test('a channel that has ended can be listened to again', async () => {
	await connected();
	await socket().receive({ ended: ['a'], cursor: 'C2' });
	assert.equal(comet.state, 'waiting');
	listen('a');
	await settle();
	await socket().open();
	assert.equal(socket().sent[0].cursor, 'latest');
});

// ---- Iterating ----

test('an iteration gets every message and completes at the end', async () => {
	only('websocket');
	const got = [];
	const sub = comet.subscribe('a');
	await settle();
	await socket().open();
	await socket().answer('C1', { messages: say('a', 1, null, undefined) });
	const done = (async () => {
		for await (const data of sub) {
			got.push(data);
		}
		got.push('done');
	})();
	await settle();
	await socket().receive({ messages: say('a', 2), ended: ['a'], cursor: 'C2' });
	await done;
	assert.deepEqual(got, [1, null, undefined, 2, 'done']);
});

test('what came before the end is still iterated over after it', async () => {
	only('websocket');
	const sub = comet.subscribe('a');
	await settle();
	await socket().open();
	await socket().answer('C1', { messages: say('a', 1, 2), ended: ['a'] });
	const got = [];
	for await (const data of sub) {
		got.push(data);
	}
	assert.deepEqual([...got], [1, 2]);
});

test('a break leaves the channel', async () => {
	only('websocket');
	const sub = comet.subscribe('a');
	await settle();
	await socket().open();
	await socket().answer('C1', { messages: say('a', 1, 2) });
	for await (const data of sub) {
		assert.equal(data, 1);
		break;
	}
	await settle();
	assert.equal(sub.closed, true);
	assert.equal(comet.state, 'waiting');
	assert.deepEqual(await sub[Symbol.asyncIterator]().next(), { value: undefined, done: true });
});

test('an iteration that falls too far behind has a gap', async () => {
	only('websocket');
	let gaps = 0;
	const sub = comet.subscribe('a', { ongap: () => gaps++ });
	await settle();
	await socket().open();
	await socket().answer('C1', { messages: say('a', ...Array(10_001).keys()) });
	assert.equal(gaps, 1);
	assert.equal((await sub[Symbol.asyncIterator]().next()).value, 1);
});

// ---- Listeners ----

test('a listener that throws breaks nobody else', async () => {
	await connected();
	comet.subscribe('a', () => {
		throw new Error('mine');
	});
	const got = listen('a');
	await socket().receive({ messages: say('a', 1, 2), cursor: 'C2' });
	assert.deepEqual([...got], [1, 2]);
	assert.deepEqual(reported.map((error) => error.message), ['mine', 'mine']);
	assert.equal(comet.state, 'open');
});

test('a listener that closes itself or all hears no more', async () => {
	await connected();
	const once = [];
	const sub = comet.subscribe('a', (data) => {
		once.push(data);
		sub.close();
	});
	await socket().receive({ messages: say('a', 1, 2), cursor: 'C2' });
	assert.deepEqual(once, [1]);
	const last = [];
	comet.subscribe('a', (data) => {
		last.push(data);
		comet.close();
	});
	const other = listen('a');
	await socket().receive({ messages: say('a', 3, 4), ended: ['a'], cursor: 'C3' });
	assert.deepEqual([last, [...other]], [[3], []]);
	assert.equal(comet.state, 'closed');
	assert.equal(comet.transport, undefined);
});

test('an error frame is told; before anything works it is a failure', async () => {
	await connected();
	listen('b', { cursor: 'bad' });
	await settle();
	await socket().receive({ error: 'Invalid cursor' });
	assert.deepEqual(comet.log.at(-1), ['error', { transport: 'websocket', message: 'Invalid cursor' }]);
	assert.equal(comet.state, 'open');
	listen('c');
	await settle();
	assert.deepEqual(socket().sent.at(-1).subscribe, ['c']);
	await socket().drop();
	await tick(1000);
	await socket().open();
	await socket().receive({ error: 'Invalid cursor' });
	assert.equal(comet.state, 'waiting');
});

// ---- Closing and hiding ----

for (const when of ['connecting', 'open', 'waiting', 'paused', 'finding out']) {
	test(`closes while ${when}`, async () => {
		start({ transports: [when === 'finding out' ? 'sse' : 'websocket'], pauseWhenHidden: 0 });
		const sub = comet.subscribe('a');
		const next = sub[Symbol.asyncIterator]().next();
		await settle();
		if (when === 'finding out') {
			await events().drop(2);
		}
		else if (when !== 'connecting') {
			await socket().open();
			await socket().answer('C1');
		}
		if (when === 'waiting') {
			await socket().drop();
		}
		if (when === 'paused') {
			await show(true);
			await tick(0);
			assert.equal(comet.state, 'paused');
		}
		const count = FakeSocket.all.length + FakeEvents.all.length;
		comet.close();
		assert.equal(comet.state, 'closed');
		assert.deepEqual(await next, { value: undefined, done: true });
		assert.throws(() => comet.subscribe('a'), /closed/);
		await socket()?.open();
		await socket()?.drop();
		await show(true);
		await show(false);
		await tick(1_000_000);
		assert.equal(comet.state, 'closed');
		assert.equal(FakeSocket.all.length + FakeEvents.all.length, count);
	});
}

test('a hidden page lets go after a while, and resumes when it is seen', async () => {
	only('websocket', { pauseWhenHidden: 5000 });
	listen('a');
	await settle();
	await socket().open();
	await socket().answer('C1');
	await show(true);
	await tick(4999);
	await show(false);
	await tick(10_000);
	assert.equal(comet.state, 'open');
	await show(true);
	await tick(5000);
	assert.equal(comet.state, 'paused');
	assert.equal(socket().readyState, 2);
	await socket().drop();
	listen('b');
	await tick(100_000);
	assert.equal(FakeSocket.all.length, 1);
	await show(false);
	assert.equal(FakeSocket.all.length, 2);
	await socket().open();
	assert.deepEqual(socket().sent[0],
			{ unsubscribe: [], subscribe: ['a', 'b'], cursor: 'C1', from: { latest: ['b'] }, ping: 1 });
});

test('a page that is seen again does not wait for the next attempt', async () => {
	await connected();
	await socket().drop();
	await show(false);
	assert.equal(FakeSocket.all.length, 2);
	await tick(5000);
	assert.equal(FakeSocket.all.length, 2);
});

test('the states in their order', async () => {
	await connected();
	await socket().drop();
	await tick(1000);
	await socket().open();
	await socket().answer('C2');
	comet.close();
	const states = comet.log.filter(([type]) => type === 'state').map(([, { state }]) => state);
	assert.deepEqual(states, ['connecting', 'open', 'waiting', 'connecting', 'open', 'closed']);
});
