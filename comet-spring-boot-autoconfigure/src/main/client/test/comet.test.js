import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Comet } from '../comet.js';
import { away, back, events, FakeEvents, FakeFetch, FakeSocket, install, random, reported, request, settle, show, socket,
	storage, tick, uninstall, view } from '../testing/fakes.js';

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
	assert.deepEqual(events().parameters, { channel: ['a'], cursor: ['latest'], from: ['P:a'] });
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
	assert.deepEqual(comet.log.at(-1), ['error', { transport: 'sse', status: 503, message: undefined }]);
	await tick(5499);
	assert.equal(FakeEvents.all.length, 1);
	await tick(1);
	assert.equal(FakeEvents.all.length, 2);
});

test('an event stream that breaks for good in its midst goes on from there', async () => {
	only('sse');
	listen('a');
	await settle();
	await events().send('message', { channel: 'a', data: 1 }, 'C1');
	await events().drop(2);
	assert.equal(FakeFetch.all.length, 0);
	await tick(1000);
	assert.deepEqual(events().parameters.cursor, ['C1']);
});

test('an event stream that fails twice is given up once, and says no more', async () => {
	only('sse');
	const got = listen('a');
	await settle();
	await events().drop(2);
	await events().drop(2);
	assert.equal(FakeFetch.all.length, 1);
	events().readyState = 1; // an answer that was on its way
	await events().send('message', { channel: 'a', data: 1 }, 'C1');
	assert.deepEqual([...got], []);
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

test('messages that cross a subscribe frame do not count as its answer', async () => {
	await connected('C1');
	const b = listen({ channel: 'b', cursor: 'P' });
	await settle();
	assert.deepEqual(socket().sent[1], { unsubscribe: [], subscribe: ['b'], cursor: 'latest', from: { P: ['b'] }, ping: 2 });
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
	assert.deepEqual(socket().sent.at(-1), { unsubscribe: ['a'], subscribe: ['a'], cursor: 'latest', from: { P: ['a'] }, ping: 3 });
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
	assert.deepEqual(request().body, { channels: ['a', 'b'], cursor: 'latest', from: { P: ['a', 'b'] }, timeout: 'PT0S' });
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

test('catching up does not wait for an answer for ever', async () => {
	await connected('C1');
	const two = listen({ channel: 'a', cursor: 'P' });
	await settle();
	await tick(10_000);
	assert.deepEqual(FakeFetch.all.map(({ aborted }) => aborted), [true, true]);
	await tick(2000);
	await FakeFetch.all[2].answer({ cursor: 'a5', messages: say('a', 1) });
	await FakeFetch.all[3].answer({ cursor: 'a5' });
	assert.deepEqual([...two], [1]);
});

for (const status of [503, 429]) {
	test(`catching up that is answered ${status} waits as long as the server says, whatever comes meanwhile`, async () => {
		await connected('C1');
		const two = listen({ channel: 'a', cursor: 'P' }, { ongap: () => two.push('gap') });
		await settle();
		await FakeFetch.all[0].answer({}, status, { 'Retry-After': '5' });
		await FakeFetch.all[1].answer({ cursor: 'a1' });
		for (let i = 2; i < 6; i++) {
			await socket().receive({ messages: say('a', i), cursor: 'C' + i });
			await tick(1000);
		}
		assert.equal(FakeFetch.all.length, 2);
		await tick(3000);
		assert.equal(FakeFetch.all.length, 4);
		await FakeFetch.all[2].answer({ cursor: 'a5', messages: say('a', 1, 2, 3, 4, 5) });
		await FakeFetch.all[3].answer({ cursor: 'a5' });
		assert.deepEqual([...two], [1, 2, 3, 4, 5]);
	});
}

test('an empty cursor is an invalid one on a running channel, too', async () => {
	await connected('C1');
	const heard = [];
	comet.subscribe({ channel: 'a', cursor: '' }, (data) => heard.push(data),
		{ ongap: () => heard.push('gap'), onerror: ({ why }) => heard.push(why) });
	await settle();
	assert.equal(FakeFetch.all[0].body.cursor, '');
	await FakeFetch.all[0].answer({}, 400);
	await FakeFetch.all[1].answer({ cursor: 'a1' });
	await socket().receive({ messages: say('a', 1), cursor: 'C2' });
	assert.deepEqual(heard, ['cursor', 'gap', 1]);
});

test('who comes with a cursor of its own to a channel that ends gets all before the end', async () => {
	only('websocket');
	listen({ channel: 'a', cursor: 'P1' });
	const two = [];
	const sub = comet.subscribe({ channel: 'a', cursor: 'P2' }, (data) => two.push(data),
		{ ongap: () => two.push('gap'), onended: () => two.push('ended') });
	await settle();
	await socket().open();
	await socket().answer('C1', { messages: say('a', 1, 2), ended: ['a'] });
	assert.deepEqual([two, sub.closed], [[], false]);
	await FakeFetch.all[0].answer({}, 503);
	await FakeFetch.all[1].fail();
	await tick(2000);
	await FakeFetch.all[2].answer({ cursor: 'X', messages: say('a', 2), ended: ['a'] });
	await FakeFetch.all[3].answer({ cursor: 'X', ended: ['a'] });
	assert.deepEqual([two, sub.closed], [[2, 'ended'], true]);
	assert.equal(comet.log.filter(([type]) => type === 'ended').length, 1);
});

test('who comes with a cursor of its own to an event stream that is answered 204 gets what was before the end', async () => {
	only('sse');
	listen('a');
	const two = [];
	const sub = comet.subscribe({ channel: 'a', cursor: 'P2' }, (data) => two.push(data), { onended: () => two.push('ended') });
	await settle();
	await events().drop(2);
	await request().answer(null, 204);
	const [own, running] = FakeFetch.all.slice(1);
	await own.answer({ cursor: 'X', messages: say('a', 2), ended: ['a'] });
	await running.answer({ cursor: 'X', ended: ['a'] });
	assert.deepEqual([two, sub.closed], [[2, 'ended'], true]);
});

test('a channel that ends while a subscription catches up ends for it after its last message', async () => {
	await connected('C1');
	const two = [];
	comet.subscribe({ channel: 'a', cursor: 'P' }, (data) => two.push(data), { onended: () => two.push('ended') });
	const left = comet.subscribe({ channel: 'a', cursor: 'Q' });
	await settle();
	await socket().receive({ messages: say('a', 3), ended: ['a'], cursor: 'C2' });
	const [own, running] = FakeFetch.all;
	await own.answer({ cursor: 'X', messages: say('a', 1, 2, 3), ended: ['a'] });
	await running.answer({ cursor: 'X', messages: say('a', 3), ended: ['a'] });
	assert.deepEqual(two, [1, 2, 3, 'ended']);
	assert.equal(left.closed, false);
	comet.close();
	assert.equal(left.closed, true);
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

test('a subscription made by a gap does not hear it', async () => {
	await connected();
	let gaps = 0;
	const again = () => {
		if (++gaps < 100) {
			listen('a', { ongap: again });
		}
	};
	listen('a', { ongap: again });
	await settle();
	await socket().receive({ gaps: ['a'], cursor: 'C2' });
	assert.equal(gaps, 1);
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
	assert.deepEqual(comet.log.slice(-2), [['error', { transport: 'websocket', message: 'Invalid cursor' }],
			['error', { transport: 'websocket', channel: 'b', why: undefined }]]);
	assert.equal(comet.state, 'open');
	await tick(1000);
	assert.deepEqual(socket().sent.at(-1).subscribe, ['b']);
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
	await socket().receive({ pong: 0 });
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

// ---- Refusals ----

const refusals = (into) => ({ onerror: (error) => into.push(error) });

test('a WebSocket that is refused one channel brings the others', async () => {
	only('websocket');
	const told = [];
	const a = listen('a', refusals(told));
	const b = listen('b', refusals(told));
	await settle();
	await socket().open();
	await socket().receive({ refused: ['b'], why: 'forbidden' });
	await socket().answer('C1', { messages: say('a', 1) });
	assert.deepEqual([[...a], [...b]], [[1], []]);
	assert.deepEqual(told, [{ channel: 'b', why: 'forbidden' }]);
	assert.deepEqual(comet.log.at(-1), ['error', { transport: 'websocket', channel: 'b', why: 'forbidden' }]);
	assert.equal(comet.state, 'open');
	assert.equal(b.sub.closed, false);
	assert.equal(FakeSocket.all.length, 1);
	assert.equal(socket().sent.length, 1);
});

test('a refused channel is asked for again after a pause that grows, and told once', async () => {
	only('websocket', { maxBackoff: 8000 });
	const told = [];
	listen('a');
	const b = listen('b', refusals(told));
	await settle();
	await socket().open();
	await socket().answer('C1', { refused: ['b'] });
	const pauses = [];
	for (let i = 0; i < 6; i++) {
		const before = socket().sent.length;
		let ms = 0;
		for (; socket().sent.length === before; ms += 50) {
			await tick(50);
			await socket().receive({ pong: 0 });
		}
		pauses.push(ms);
		assert.deepEqual(socket().sent.at(-1).subscribe, ['b']);
		await socket().receive({ refused: ['b'] });
	}
	assert.deepEqual(pauses, [750, 1500, 3000, 6000, 6000, 6000]);
	assert.deepEqual(told, [{ channel: 'b', why: undefined }]);
	await tick(6000);
	await socket().answer('C2', { messages: say('b', 'at last') });
	assert.deepEqual([...b], ['at last']);
	await socket().receive({ refused: ['b'] });
	assert.equal(told.length, 2);
	await tick(750);
	assert.deepEqual(socket().sent.at(-1).cursor, 'C2'); // where it was when it was refused
});

test('a refused channel is asked for again when the page has others', async () => {
	only('websocket');
	const told = [];
	const a = listen('a');
	listen('b', refusals(told));
	await settle();
	await socket().open();
	await socket().answer('C1', { refused: ['b'], why: 'forbidden' });
	listen('c');
	await settle();
	assert.deepEqual(socket().sent[1].subscribe, ['c', 'b']);
	await socket().answer('C2', { refused: ['b'], why: 'forbidden' });
	a.sub.close();
	await settle();
	assert.deepEqual([socket().sent[2].unsubscribe, socket().sent[2].subscribe], [['a'], ['b']]);
	assert.equal(told.length, 1);
	await socket().answer('C3', { refused: ['b'], why: 'forbidden' });
	const late = [];
	listen('b', refusals(late));
	await settle();
	assert.deepEqual(socket().sent[3].subscribe, ['b']);
	await socket().receive({ refused: ['b'], why: 'forbidden' });
	assert.deepEqual(late, [{ channel: 'b', why: 'forbidden' }]);
});

test('a WebSocket that is refused all asks again later', async () => {
	only('websocket');
	listen('a');
	await settle();
	await socket().open();
	await socket().receive({ refused: ['a'], why: 'forbidden' });
	assert.equal(comet.state, 'waiting');
	await tick(749);
	assert.equal(FakeSocket.all.length, 1);
	await tick(1);
	assert.equal(FakeSocket.all.length, 2);
});

test('an event stream that is refused one channel brings the others, and is not opened anew for it', async () => {
	only('sse');
	const told = [];
	const a = listen('a', refusals(told));
	listen('b', refusals(told));
	await settle();
	await events().send('refused', { channel: 'b', why: 'forbidden' });
	await events().send('heartbeat', {}, 'C1');
	await events().send('message', { channel: 'a', data: 1 }, 'C2');
	assert.deepEqual([...a], [1]);
	assert.deepEqual(told, [{ channel: 'b', why: 'forbidden' }]);
	assert.equal(FakeEvents.all.length, 1);
	await tick(750);
	assert.deepEqual(events().parameters, { channel: ['a', 'b'], cursor: ['C2'], from: ['latest:b'] });
});

test('a poll that is refused one channel brings the others', async () => {
	only('json');
	const told = [];
	const a = listen('a', refusals(told));
	listen('b', refusals(told));
	await settle();
	await request().answer({ cursor: 'C1', refused: ['b'], why: 'forbidden' });
	assert.deepEqual(told, [{ channel: 'b', why: 'forbidden' }]);
	assert.deepEqual(request().body, { channels: ['a'], cursor: 'C1', timeout: 'PT20S' });
	await request().answer({ cursor: 'C2', messages: say('a', 1) });
	assert.deepEqual([...a], [1]);
	assert.equal(FakeFetch.all.length, 3);
});

for (const transport of ['sse', 'json']) {
	test(`by ${transport}, a refusal of all that is asked for leaves the transport and the rest alone`, async () => {
		start({ transports: [transport, transport === 'sse' ? 'json' : 'sse'] });
		const told = [];
		listen('a', refusals(told));
		listen('b', refusals(told));
		await settle();
		if (transport === 'sse') {
			await events().drop(2);
		}
		await request().answer({ status: 403, refused: ['a', 'b'], why: 'forbidden' }, 403);
		assert.deepEqual(told.map(({ channel }) => channel), ['a', 'b']);
		assert.equal(comet.state, 'waiting');
		const count = () => FakeEvents.all.length + FakeFetch.all.length;
		const before = count();
		await tick(749);
		assert.equal(count(), before);
		await tick(1);
		assert.equal(count(), before + 1);
		listen('c');
		await settle();
		assert.equal(count(), before + 2);
		assert.equal(FakeSocket.all.length, 0);
	});
}

test('a refusal that names nobody who was asked for is a failure', async () => {
	only('json');
	listen('a');
	await settle();
	for (const refused of [['z'], [], 'a', null]) {
		const before = FakeFetch.all.length;
		await request().answer({ refused, detail: 'no' }, 403);
		assert.deepEqual(comet.log.at(-1), ['error', { transport: 'json', status: 403, message: 'no' }]);
		assert.equal(FakeFetch.all.length, before);
		await tick(30_000);
	}
});

const letters = [...'abcdef'];

for (const transport of ['websocket', 'sse', 'json']) {
	test(`by ${transport}, as many channels are asked for as there may be`, async () => {
		only(transport);
		const told = [];
		const subs = letters.map((name) => listen(name, refusals(told)));
		await settle();
		const asked = {
			websocket: () => socket().sent.at(-1).subscribe,
			sse: () => events().parameters.channel,
			json: () => request().body.channels,
		}[transport];
		if (transport === 'websocket') {
			await socket().open();
			await socket().receive({ error: 'Too many', limit: 4 });
		}
		else {
			transport === 'sse' && await events().drop(2);
			await request().answer({ limit: 4 }, 400);
		}
		assert.deepEqual(asked(), ['a', 'b', 'c', 'd']);
		assert.deepEqual(told, [{ channel: 'e', why: 'limit' }, { channel: 'f', why: 'limit' }]);
		if (transport === 'websocket') {
			await socket().answer('C1');
		}
		else {
			await (transport === 'sse' ? events().send('heartbeat', {}, 'C1') : request().answer({ cursor: 'C1' }));
		}
		subs[1].sub.close();
		await settle();
		assert.deepEqual(asked(), transport === 'websocket' ? ['e'] : ['a', 'c', 'd', 'e']);
		assert.equal(told.length, 2);
	});
}

test('the limit may stand in a header, and one that is no help is a failure', async () => {
	only('json');
	letters.forEach((name) => listen(name));
	await settle();
	await request().answer('no', 400, { 'Comet-Max-Channels': '5' });
	assert.equal(request().body.channels.length, 5);
	for (const limit of ['5', '0', '-1', 'x']) {
		const before = FakeFetch.all.length;
		await request().answer('no', 400, { 'Comet-Max-Channels': limit });
		assert.equal(FakeFetch.all.length, before);
		await tick(30_000);
	}
});

test('a channel too many does not take the place of another', async () => {
	await connected();
	const told = [];
	listen('b', refusals(told));
	await settle();
	await socket().receive({ error: 'Too many', limit: 1 });
	assert.deepEqual(told, [{ channel: 'b', why: 'limit' }]);
	await socket().receive({ messages: say('a', 1), cursor: 'C2' });
	assert.equal(socket().sent.length, 2);
	await socket().drop();
	await tick(1000);
	await socket().open();
	assert.deepEqual(socket().sent[0].subscribe, ['a']);
});

test('a channel that has to give its place back keeps its position', async () => {
	await connected('C1');
	listen('b');
	await settle();
	await socket().answer('C2');
	listen('c');
	await settle();
	await socket().receive({ error: 'Too many', limit: 1 });
	assert.deepEqual(socket().sent.at(-1).unsubscribe, ['b']);
	await socket().answer('C3');
	comet.subscribe('a').close();
	await settle();
	await socket().receive({ ended: ['a'], cursor: 'C4' });
	assert.deepEqual(socket().sent.at(-1).subscribe, ['b']);
	assert.deepEqual(socket().sent.at(-1).from, { C2: ['b'] });
});

test('a cursor that is refused is a gap, and is not sent again', async () => {
	only('json');
	const told = [];
	let gaps = 0;
	const a = listen('a');
	const b = listen({ channel: 'b', cursor: 'bad' }, { ...refusals(told), ongap: () => gaps++ });
	await settle();
	await request().answer({ cursor: 'C1', refused: ['b'], why: 'cursor' });
	assert.deepEqual(told, [{ channel: 'b', why: 'cursor' }]);
	assert.equal(gaps, 1);
	await request().answer({ cursor: 'C2', messages: say('a', 1) });
	await tick(750);
	assert.deepEqual(request().body.from, { earliest: ['b'] });
	await request().answer({ cursor: 'C3', messages: say('b', 2) });
	assert.deepEqual([[...a], [...b]], [[1], [2]]);
});

test('what can be no cursor is not sent', async () => {
	only('sse');
	const told = [];
	listen('a');
	['x:y', '', 'a b', { no: 1 }, 'a,b'].forEach((cursor, i) => listen({ channel: 'b' + i, cursor }, refusals(told)));
	await settle();
	assert.deepEqual(events().parameters, { channel: ['a'], cursor: ['latest'] });
	assert.deepEqual(told.map(({ why }) => why), Array(5).fill('cursor'));
});

test('an id that cannot be has ended, and is not sent', async () => {
	only('json');
	let ended = 0;
	listen('a');
	['', 'a b', 'a,b', '\ud800', 'x'.repeat(129), {}, ['x', 'y'], 'a\nb', Symbol.iterator.toString()].forEach((id) =>
		listen(id, { onended: () => ended++ }));
	listen(7);
	listen('é~@/-._'.repeat(18));
	await settle();
	assert.equal(ended, 9);
	assert.deepEqual(request().body.channels, ['a', '7', 'é~@/-._'.repeat(18)]);
});

test('a page that closes all when it is refused stays closed', async () => {
	only('json');
	listen('a');
	listen('no id', { onended: () => comet.close() });
	await settle();
	assert.equal(comet.state, 'closed');
	only('json');
	listen('a', { onerror: () => comet.close() });
	await settle();
	await request().answer({ refused: ['a'] }, 403);
	assert.equal(comet.state, 'closed');
	const before = FakeFetch.all.length;
	await tick(100_000);
	assert.equal(FakeFetch.all.length, before);
});

test('who comes to a running channel with a cursor that cannot be hears of it', async () => {
	await connected('C1');
	const told = [];
	listen({ channel: 'a', cursor: 'bad' }, refusals(told));
	await settle();
	await FakeFetch.all[0].answer({}, 400);
	await FakeFetch.all[1].answer({ cursor: 'a1' });
	assert.deepEqual(told, [{ channel: 'a', why: 'cursor' }]);
});

test('an event stream tells refusals behind its first cursor, which has no place of theirs', async () => {
	only('sse', { maxBackoff: 8000 });
	const told = [];
	listen('a');
	listen({ channel: 'b', cursor: 'P' }, refusals(told));
	await settle();
	const pauses = [];
	for (let i = 0; i < 3; i++) {
		const open = events();
		assert.deepEqual(open.parameters.from, ['P:b']);
		await open.send('heartbeat', {}, 'C' + i);
		await open.send('refused', { channel: 'b', why: 'forbidden' }, 'C' + i);
		let ms = 0;
		for (; events() === open; ms += 50) {
			await tick(50);
		}
		pauses.push(ms);
	}
	assert.deepEqual(pauses, [750, 1500, 3000]);
	assert.equal(told.length, 1);
	await events().send('heartbeat', {}, 'C8');
	await events().send('message', { channel: 'b', data: 1 }, 'C9');
	await events().drop();
	await tick(1000);
	assert.deepEqual(events().parameters, { channel: ['a', 'b'], cursor: ['C9'] });
	await events().send('heartbeat', {}, 'C9');
	await events().send('refused', { channel: 'b', why: 'forbidden' }, 'C9');
	await events().send('message', { channel: 'a', data: 1 }, 'C10');
	assert.equal(told.length, 2);
	await tick(750);
	assert.deepEqual(events().parameters, { channel: ['a', 'b'], cursor: ['C10'], from: ['C9:b'] });
});

test('who is refused with others, each for a reason of its own, asks for it', async () => {
	await connected();
	const told = [];
	listen('b', refusals(told));
	listen({ channel: 'c', cursor: 'bad' }, refusals(told));
	await settle();
	await socket().answer('C2', { refused: ['b', 'c'] });
	assert.equal(FakeFetch.all.length, 2);
	assert.deepEqual(FakeFetch.all[1].body, { channels: ['c'], from: { bad: ['c'] }, timeout: 'PT0S' });
	await FakeFetch.all[0].answer({ refused: ['b'], why: 'forbidden' }, 403);
	await FakeFetch.all[1].answer({ refused: ['c'], why: 'cursor' }, 400);
	assert.deepEqual(told, [{ channel: 'b', why: 'forbidden' }, { channel: 'c', why: 'cursor' }]);
	await tick(750);
	assert.deepEqual(socket().sent.at(-1).from, { earliest: ['c'] });
	await socket().answer('C3', { refused: ['b'], why: 'forbidden' });
	assert.equal(told.length, 2);
});

// ---- Pages left behind ----

for (const transport of ['websocket', 'sse', 'json']) {
	test(`by ${transport}, a page that is left lets go, and resumes when somebody comes back`, async () => {
		only(transport);
		listen('a');
		await settle();
		const open = { websocket: socket, sse: events, json: request }[transport];
		if (transport === 'websocket') {
			await socket().open();
			await socket().answer('C1');
		}
		else {
			await (transport === 'sse' ? events().send('heartbeat', {}, 'C1') : request().answer({ cursor: 'C1' }));
		}
		const left = open();
		await away();
		assert.equal(left.aborted ?? left.readyState === 2, true);
		assert.equal(comet.state, 'paused');
		await tick(1_000_000);
		assert.equal(open(), left);
		await back();
		assert.notEqual(open(), left);
		transport === 'websocket' && await socket().open();
		const cursor = { websocket: () => open().sent[0].cursor, sse: () => open().parameters.cursor[0],
			json: () => open().body.cursor }[transport];
		assert.equal(cursor(), 'C1');
	});
}

test('a page that is left while it waits for the next attempt makes none', async () => {
	await connected();
	await socket().drop();
	await away();
	await tick(1_000_000);
	assert.equal(FakeSocket.all.length, 1);
	await back();
	assert.equal(FakeSocket.all.length, 2);
});

test('a page that is shown for the first time has nothing to come back to', async () => {
	only('websocket', { pauseWhenHidden: 0 });
	listen('a');
	await show(true);
	await tick(0);
	assert.equal(comet.state, 'paused');
	await view.tell('pageshow', { persisted: false });
	assert.equal(comet.state, 'paused');
});

// ---- Liveness ----

for (const [what, event] of [['is online again', () => view.tell('online')], ['is seen again', () => show(false)]]) {
	test(`when the page ${what}, a dead WebSocket is replaced within five seconds`, async () => {
		await connected();
		await event();
		assert.deepEqual(socket().sent.at(-1), { ping: 0 });
		await tick(4000);
		assert.equal(FakeSocket.all[0].readyState, 2);
		assert.equal(FakeSocket.all.length, 2);
		await socket().open();
		assert.equal(socket().sent[0].cursor, 'C1');
	});

	test(`when the page ${what}, a WebSocket that lives is kept`, async () => {
		await connected();
		await event();
		await socket().receive({ pong: 0 });
		await tick(29_000);
		assert.equal(FakeSocket.all.length, 1);
		assert.equal(comet.state, 'open');
	});

	test(`when the page ${what}, a WebSocket that is on its way is replaced, too`, async () => {
		start();
		listen('a');
		await settle();
		await event();
		await tick(4000);
		assert.equal(FakeSocket.all.length, 2);
		assert.equal(FakeEvents.all.length, 0);
	});

	test(`when the page ${what}, event streams and polls are asked for anew at once`, async () => {
		only('sse');
		listen('a');
		await settle();
		await events().send('heartbeat', {}, 'C1');
		await event();
		assert.equal(FakeEvents.all[0].readyState, 2);
		assert.deepEqual(events().parameters.cursor, ['C1']);
		comet.close();
		only('json');
		listen('a');
		await settle();
		await request().answer({ cursor: 'C1' });
		const held = request();
		await event();
		assert.equal(held.aborted, true);
		assert.deepEqual(request().body, { channels: ['a'], cursor: 'C1', timeout: 'PT0S' });
	});
}

// ---- Hidden pages ----

async function hiddenOn(transport, options) {
	only(transport, options);
	const got = listen('a');
	await settle();
	await (transport === 'sse' ? events().send('heartbeat', {}, 'C1') : request().answer({ cursor: 'C1' }));
	await show(true);
	return got;
}

for (const transport of ['sse', 'json']) {
	test(`by ${transport}, a page that is hidden for a minute asks once a minute`, async () => {
		const got = await hiddenOn(transport);
		const left = transport === 'sse' ? events() : request();
		const live = () => transport === 'sse' ? events().send('heartbeat', {}, 'C1') : undefined;
		for (let i = 0; i < 3; i++) {
			await tick(19_999);
			transport === 'json' && await request().answer({ cursor: 'C1' });
			await live();
		}
		assert.notEqual(comet.state, 'paused');
		assert.equal(FakeEvents.all.length, transport === 'sse' ? 1 : 0);
		const before = FakeFetch.all.length;
		await tick(3);
		assert.equal(left.aborted === false || left.readyState === 2, true);
		assert.equal(FakeFetch.all.length, before + 1);
		for (let i = 2; i < 10; i++) {
			assert.equal(request().body.timeout, 'PT0S');
			await request().answer({ cursor: 'C' + i, messages: say('a', i) });
			assert.equal(comet.state, 'open');
			await tick(59_999);
			assert.equal(FakeFetch.all.length, before + i - 1);
			await tick(1);
			assert.equal(FakeFetch.all.length, before + i);
			assert.equal(request().body.cursor, 'C' + i);
		}
		await request().answer({ cursor: 'C10' });
		await show(false);
		assert.deepEqual([...got], [2, 3, 4, 5, 6, 7, 8, 9]);
		assert.deepEqual(transport === 'sse' ? events().parameters.cursor : [request().body.cursor], ['C10']);
		assert.deepEqual([...storage.values()], [transport]);
		const count = FakeFetch.all.length;
		await tick(9000);
		assert.equal(FakeFetch.all.length, count);
	});
}

test('a hidden page keeps its WebSocket', async () => {
	await connected();
	await show(true);
	for (let i = 0; i < 20; i++) {
		await tick(20_000);
		await socket().receive({ pong: 0 });
	}
	assert.equal(comet.transport, 'websocket');
	assert.equal(FakeSocket.all.length, 1);
	assert.equal(FakeFetch.all.length, 0);
});

test('a hidden page keeps its event stream if it is told so, or if polls do not work', async () => {
	const beat = async (minutes) => {
		for (let i = 0; i < 4 * minutes; i++) {
			await tick(15_000);
			await events().send('heartbeat', {}, 'C1');
		}
	};
	await hiddenOn('sse', { yieldWhenHidden: false });
	await beat(5);
	assert.equal(FakeEvents.all.length, 1);
	comet.close();
	await show(false);
	await hiddenOn('sse');
	await beat(1);
	await request().answer('no', 415);
	await tick(1000);
	const asked = FakeFetch.all.length;
	await beat(5);
	assert.equal(comet.transport, 'sse');
	assert.equal(FakeFetch.all.length, asked);
});

test('a hidden page asks on through failures, and for what it subscribes to', async () => {
	await hiddenOn('sse');
	await tick(15_000);
	await events().send('heartbeat', {}, 'C1');
	await tick(15_000);
	await events().send('heartbeat', {}, 'C1');
	await tick(15_000);
	await events().send('heartbeat', {}, 'C1');
	await tick(15_000);
	await request().fail();
	await tick(1000);
	await request().answer({ detail: 'busy' }, 503, { 'Retry-After': '5' });
	await tick(6000);
	await request().answer({ cursor: 'C2' });
	listen('b');
	await settle();
	assert.deepEqual(request().body, { channels: ['a', 'b'], cursor: 'C2', from: { latest: ['b'] }, timeout: 'PT0S' });
	assert.equal(FakeEvents.all.length, 1);
	await tick(10_000); // no answer
	assert.equal(comet.state, 'waiting');
});

// ---- Who asks ----

const bearer = { Authorization: 'Bearer t' };

test('headers go with polls and event streams, and no WebSocket is tried without them', async () => {
	start({ headers: bearer, credentials: 'include' });
	const got = listen('a');
	await settle();
	assert.equal(FakeSocket.all.length + FakeEvents.all.length, 0);
	assert.deepEqual(request().headers, { accept: 'text/event-stream', authorization: 'Bearer t' });
	assert.equal(request().credentials, 'include');
	let controller;
	const body = new ReadableStream({ start: (c) => controller = c });
	const say = async (text) => {
		controller.enqueue(new TextEncoder().encode(text));
		for (let i = 0; i < 10; i++) {
			await new Promise((resolve) => setImmediate(resolve));
		}
	};
	request().resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream;charset=UTF-8' } }));
	await say('retry: 100\n\nid: C1\nevent: heartbeat\ndata: {}\n\n');
	assert.equal(comet.transport, 'sse');
	await say('id: C2\r\ndata: {"channel":"a",\r');
	await say('\ndata:"data":"é"}\r\n\r');
	await say('\n: comment\nid: C3\ndata: {"chan');
	await say('nel":"a","data":2}\n\nevent: constructor\ndata: 1\n\nevent: refused\ndata: {"channel":"a"}\n\n');
	assert.deepEqual([...got], ['é', 2]);
	assert.equal(comet.state, 'waiting');
	assert.equal(request().aborted, true);
});

test('headers may be asked for, each time', async () => {
	let number = 0;
	only('json', { headers: async () => ({ 'X-Token': `t${number++}` }) });
	listen('a');
	await settle();
	assert.deepEqual(request().headers, { 'content-type': 'application/json', 'x-token': 't0' });
	await request().answer({ cursor: 'C1' }, 401);
	await tick(1000);
	assert.equal(request().headers['x-token'], 't1');
	assert.equal(request().body.cursor, 'C1');
});

test('headers that are not to be had are waited for', async () => {
	only('json', { headers: () => Promise.reject(new Error('no token')) });
	listen('a');
	await settle();
	assert.equal(comet.log.at(-2)?.[1].message ?? comet.log.at(-1)[1].message, 'no token');
	assert.equal(comet.state, 'waiting');
	assert.throws(() => new Comet('/comet', { transports: ['websocket'], headers: bearer }), /No transport/);
});

test('credentials are those of all transports', async () => {
	only('sse', { credentials: 'include' });
	listen('a');
	await settle();
	assert.equal(events().withCredentials, true);
	comet.close();
	only('sse', { credentials: 'same-origin' });
	listen('a');
	await settle();
	assert.equal(events().withCredentials, false);
	comet.close();
	start({ credentials: 'omit' });
	listen('a');
	await settle();
	assert.deepEqual([request().method, request().credentials], ['GET', 'omit']);
	await request().answer('<html>');
	assert.deepEqual([request().method, request().credentials], ['POST', 'omit']);
	assert.equal(FakeSocket.all.length, 0);
	const elsewhere = (credentials) => new Comet('http://elsewhere/comet', { transports: ['websocket'], credentials });
	assert.throws(() => elsewhere('same-origin'), /No transport/);
	elsewhere('include').close();
	elsewhere(undefined).close();
});

// ---- Time ----

test('a wall clock that is set changes nothing', async () => {
	start();
	listen('a');
	await settle();
	await socket().drop();
	await events().drop();
	await request().answer({ cursor: 'C1' });
	mock.timers.setTime(1_000_000 + 3_600_000);
	await request().answer({ cursor: 'C1' });
	await tick(1000);
	assert.equal(FakeSocket.all.length, 1);
	assert.equal(comet.transport, 'json');
});

test('a time that no timer can hold is a long one', async () => {
	only('sse', { silence: Infinity, pauseWhenHidden: 2 ** 31, yieldWhenHidden: Infinity });
	listen('a');
	await settle();
	await events().send('heartbeat', {}, 'C1');
	await show(true);
	await tick(1_000_000);
	assert.deepEqual([comet.state, FakeEvents.all.length, FakeFetch.all.length], ['open', 1, 0]);
});

test('an option that is undefined is none', async () => {
	await connected();
	comet.close();
	only('websocket', { silence: undefined, yieldWhenHidden: undefined, credentials: undefined, headers: undefined });
	listen('a', { cursor: undefined, onerror: undefined, ongap: undefined, onended: undefined });
	await settle();
	await socket().open();
	await socket().answer('C1');
	await tick(29_999);
	assert.equal(socket().sent.length, 1);
	await tick(1);
	assert.deepEqual(socket().sent.at(-1), { ping: 0 });
});

test('a WebSocket that the server ends by plan is replaced at once, without an error', async () => {
	await connected('C1');
	const first = socket();
	await first.receive({ messages: say('a', 1), cursor: 'C2' });
	await first.drop(1001, 'Maximum age');
	assert.notEqual(socket(), first);
	assert.equal(comet.state, 'connecting');
	await socket().open();
	assert.equal(socket().sent[0].cursor, 'C2');
	await socket().answer('C2');
	assert.equal(comet.state, 'open');
	assert.deepEqual(comet.log.filter(([type]) => type === 'error'), []);
});

test('a WebSocket that is ended by plan before it has served is a failure', async () => {
	await connected('C1');
	await socket().drop(1001);
	const second = socket();
	await second.open();
	await second.drop(1001, 'Shutting down');
	assert.equal(socket(), second);
	assert.equal(comet.state, 'waiting');
	assert.equal(comet.log.filter(([type]) => type === 'error').length, 1);
});
