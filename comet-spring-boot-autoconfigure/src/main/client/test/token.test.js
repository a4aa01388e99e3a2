import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Comet } from '../comet.js';
import { away, back, FakeEvents, FakeFetch, FakeSocket, install, request, settle, show, socket, tick, uninstall,
	view } from '../testing/fakes.js';

let comet;
let log;
let asked; // how often the page was asked for a token

beforeEach(install);
afterEach(() => {
	comet?.close();
	uninstall();
});

// Tokens t1, t2 … unless a test gives its own.
function listen(options, target = 'a') {
	asked = 0;
	log = [];
	comet = new Comet('/comet', { token: () => `t${++asked}`, ...options });
	comet.addEventListener('state', ({ detail: { state } }) => log.push(state));
	comet.addEventListener('error', ({ detail }) => log.push(detail));
	const got = [];
	comet.subscribe(target, (data) => got.push(data), { ongap: () => got.push('gap') });
	return got;
}

const only = (transport, options) => listen({ transports: [transport], ...options });
const say = (channel, ...data) => data.map((item) => ({ channel, data: item }));
const sent = () => request().headers.authorization;
const offered = () => {
	const [version, bearer, ...rest] = socket().protocol;
	assert.deepEqual([version, rest], ['comet.v1', []]);
	assert.match(bearer, /^comet\.bearer\.[\w-]+$/);
	return Buffer.from(bearer.slice('comet.bearer.'.length), 'base64url').toString();
};

async function connected(options) {
	const got = only('websocket', options);
	await settle();
	await socket().open();
	await socket().answer('C1');
	return got;
}

// The answer to the last request as a stream of events.
async function stream(...events) {
	let controller;
	const body = new ReadableStream({ start: (c) => controller = c });
	const send = async (event) => {
		controller.enqueue(new TextEncoder().encode(event + '\n\n'));
		for (let i = 0; i < 10; i++) {
			await new Promise((resolve) => setImmediate(resolve));
		}
	};
	request().resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
	for (const event of events) {
		await send(event);
	}
	return send;
}

const EXPIRED = 'event: expired\ndata: {}';

// ---- How a token is sent ----

test('a WebSocket offers the token beside the protocol', async () => {
	await connected();
	assert.equal(offered(), 't1');
	assert.deepEqual(log, ['connecting', 'open']);
	assert.equal(asked, 1);
});

test('a token may hold any characters', async () => {
	for (const token of ['a', 'ab', 'abc', 'é€😀', '>>>???']) {
		only('websocket', { token: async () => token });
		await settle();
		assert.equal(offered(), token);
		comet.close();
	}
});

test('event streams and polls have the token in a header, and EventSource is not used', async () => {
	only('sse', { headers: { 'X-Page': '1', Authorization: 'Basic x' } });
	await settle();
	assert.equal(FakeEvents.all.length, 0);
	assert.deepEqual(request().headers, { accept: 'text/event-stream', authorization: 'Bearer t1', 'x-page': '1' });
	assert.equal(request().url.searchParams.toString().includes('t1'), false);
	comet.close();
	only('json');
	await settle();
	await request().answer({ cursor: 'C1' });
	await request().answer({ cursor: 'C2', messages: say('a', 1) });
	assert.equal(FakeFetch.all.length, 4);
	assert.equal(sent(), 'Bearer t1');
});

test('each connection asks for a token', async () => {
	await connected();
	await socket().drop();
	await tick(1000);
	assert.equal(FakeSocket.all.length, 2);
	assert.equal(offered(), 't2');
	await socket().open();
	await socket().answer('C1');
	await away();
	await back();
	assert.equal(offered(), 't3');
});

test('a WebSocket that fails before it opens may have been refused, and the next transport has a fresh token', async () => {
	listen();
	await settle();
	await socket().drop();
	assert.equal(sent(), 'Bearer t2');
	assert.equal(request().method, 'GET');
});

test('without a token nothing changes', async () => {
	await connected({ token: undefined });
	assert.equal(socket().protocol, 'comet.v1');
	await socket().drop(4401, 'Log in again');
	assert.deepEqual(log.slice(2), ['waiting', { transport: 'websocket', code: 4401, message: 'Log in again' }]);
	await tick(1000);
	assert.equal(socket().sent.length, 0);
	comet.close();
	only('json', { token: undefined });
	await settle();
	await request().answer({ detail: 'Who?' }, 401);
	assert.deepEqual(log.slice(1), ['waiting', { transport: 'json', status: 401, message: 'Who?' }]);
});

// ---- What has expired ----

test('a WebSocket that is closed with 4401 comes back at once, with a new token and from its cursor', async () => {
	const got = await connected();
	await socket().receive({ messages: say('a', 1), cursor: 'C2' });
	await socket().drop(4401, 'Log in again');
	assert.equal(FakeSocket.all.length, 2);
	assert.equal(offered(), 't2');
	await socket().open();
	assert.equal(socket().sent[0].cursor, 'C2');
	await socket().answer('C3', { messages: say('a', 2) });
	assert.deepEqual(got, [1, 2]);
	assert.deepEqual(log, ['connecting', 'open', 'connecting', 'open']);
	assert.equal(comet.transport, 'websocket');
});

test('an event stream that has expired comes back at once, from its last cursor', async () => {
	const got = only('sse');
	await settle();
	await stream('id: C1\nevent: heartbeat\ndata: {}', 'id: C2\ndata: {"channel":"a","data":1}', EXPIRED);
	assert.equal(FakeFetch.all.length, 2);
	assert.equal(FakeFetch.all[0].aborted, true);
	assert.equal(sent(), 'Bearer t2');
	assert.equal(request().url.searchParams.get('cursor'), 'C2');
	await stream('id: C3\ndata: {"channel":"a","data":2}');
	assert.deepEqual(got, [1, 2]);
	assert.deepEqual(log, ['connecting', 'open', 'connecting', 'open']);
});

test('a stream that has expired before its first message starts again where it started', async () => {
	only('sse');
	await settle();
	await stream('id: C1\n' + EXPIRED);
	assert.equal(request().url.searchParams.get('cursor'), 'C1');
});

test('a held poll that is answered 401 goes on from the cursor in the answer', async () => {
	const got = only('json');
	await settle();
	await request().answer({ cursor: 'C1' });
	assert.equal(request().body.timeout, 'PT20S');
	await request().answer({ detail: 'Expired', cursor: 'C2' }, 401);
	assert.equal(sent(), 'Bearer t2');
	assert.equal(request().body.cursor, 'C2');
	await request().answer({ cursor: 'C3', messages: say('a', 1) });
	assert.deepEqual(got, [1]);
	assert.deepEqual(log, ['connecting', 'open', 'connecting', 'open']);
});

test('a second 401 in a row backs off, with the same transport', async () => {
	listen({ transports: ['sse', 'json'] });
	await settle();
	await request().answer({ detail: 'Expired' }, 401);
	assert.equal(asked, 2);
	await request().answer({ detail: 'Expired' }, 401);
	assert.equal(asked, 2);
	assert.deepEqual(log.slice(-2), ['waiting', { transport: 'sse', status: 401, message: 'Expired' }]);
	await tick(499);
	assert.equal(asked, 2);
	await tick(1);
	assert.deepEqual([asked, request().method], [3, 'GET']);
	await request().answer({}, 401);
	await tick(999);
	assert.equal(asked, 3);
	await tick(1);
	assert.equal(asked, 4);
	await stream('id: C1\nevent: heartbeat\ndata: {}', EXPIRED);
	assert.equal(asked, 5); // it was served in between
});

test('a WebSocket that is closed with 4401 again and again backs off', async () => {
	await connected();
	await socket().drop(4401);
	await socket().open();
	await socket().drop(4401);
	assert.equal(FakeSocket.all.length, 2);
	assert.deepEqual(log.slice(-2), ['waiting', { transport: 'websocket', code: 4401, message: '' }]);
	await tick(500);
	assert.equal(FakeSocket.all.length, 3);
});

test('a stream that always starts and expires backs off', async () => {
	only('sse');
	await settle();
	await stream(EXPIRED);
	await stream(EXPIRED);
	assert.equal(FakeFetch.all.length, 2);
	assert.equal(comet.state, 'waiting');
	assert.deepEqual(log.at(-1), { transport: 'sse', status: 401 });
});

test('what a running subscription lacks is fetched with a new token, and is no gap', async () => {
	await connected();
	const late = [];
	comet.subscribe({ channel: 'a', cursor: 'P' }, (data) => late.push(data), { ongap: () => late.push('gap') });
	await settle();
	assert.equal(FakeFetch.all.length, 2);
	assert.equal(sent(), 'Bearer t1');
	await FakeFetch.all[0].answer({}, 401);
	await FakeFetch.all[1].answer({}, 401);
	assert.deepEqual(late, []);
	await tick(1500);
	assert.equal(FakeFetch.all.length, 4);
	assert.equal(sent(), 'Bearer t2');
	await FakeFetch.all[2].answer({ cursor: 'X', messages: say('a', 1, 2) });
	await FakeFetch.all[3].answer({ cursor: 'X', messages: say('a', 2) });
	assert.deepEqual(late, [1]);
});

test('what a running subscription lacks is fetched although its token was not to be had once', async () => {
	let failing;
	await connected({ token: async () => {
		if (failing) {
			throw new Error('logged out');
		}
		return 't';
	} });
	const late = [];
	comet.subscribe({ channel: 'a', cursor: 'P' }, (data) => late.push(data));
	await settle();
	failing = true;
	await FakeFetch.all[0].answer({}, 401);
	await FakeFetch.all[1].answer({}, 401);
	await tick(1500);
	failing = false;
	await tick(1500);
	assert.equal(FakeFetch.all.length, 4);
	await FakeFetch.all[2].answer({ cursor: 'X', messages: say('a', 1) });
	await FakeFetch.all[3].answer({ cursor: 'X' });
	assert.deepEqual(late, [1]);
});

test('a hidden page whose token expires still asks now and then', async () => {
	only('json');
	await settle();
	await request().answer({ cursor: 'C1' });
	await show(true);
	await tick(15_000);
	await request().answer({ cursor: 'C1' });
	await tick(15_000);
	await request().answer({ cursor: 'C1' });
	await tick(15_000);
	await request().answer({ cursor: 'C1' });
	await tick(15_000);
	await request().answer({ cursor: 'C2' });
	const before = FakeFetch.all.length;
	await tick(60_000);
	await request().answer({}, 401);
	await request().answer({ cursor: 'C3' });
	assert.equal(FakeFetch.all.length, before + 2);
	await tick(60_000);
	assert.equal(FakeFetch.all.length, before + 3);
});

// ---- Tokens that are not there ----

for (const [what, token, message] of [
	['throws', () => { throw new Error('logged out'); }, 'logged out'],
	['rejects', () => Promise.reject(new Error('logged out')), 'logged out'],
	['rejects with nothing', () => Promise.reject(), undefined],
	['gives an empty string', () => '', 'No token'],
	['gives nothing', async () => undefined, 'No token'],
]) {
	test(`a token function that ${what} is asked again after a pause`, async () => {
		let calls = 0;
		let answer = token;
		listen({ token: () => (calls++, answer()) });
		await settle();
		assert.equal(FakeSocket.all.length + FakeFetch.all.length, 0);
		assert.deepEqual(log, ['connecting', 'waiting', { transport: 'websocket', message }]);
		await tick(500);
		assert.equal(calls, 2);
		await tick(999);
		assert.equal(calls, 2);
		answer = () => 'good';
		await tick(1);
		assert.equal(offered(), 'good');
	});
}

test('a token may take its time, and is asked for once', async () => {
	let give;
	only('websocket', { token: () => (asked++, new Promise((resolve) => give = resolve)) });
	await tick(60_000);
	await view.tell('online');
	await tick(60_000);
	assert.equal(asked, 1);
	assert.deepEqual(log, ['connecting']);
	comet.subscribe('b', () => {});
	give('late');
	await settle();
	await socket().open();
	assert.deepEqual(socket().sent[0].subscribe, ['a', 'b']);
	await tick(10_000); // no frame
	assert.equal(log.at(-1).message, 'Silence');
});

test('a token that comes when nobody waits for it opens nothing', async () => {
	let give;
	only('websocket', { token: () => new Promise((resolve) => give = resolve) });
	await settle();
	comet.close();
	give('late');
	await settle();
	assert.equal(FakeSocket.all.length, 0);
});
