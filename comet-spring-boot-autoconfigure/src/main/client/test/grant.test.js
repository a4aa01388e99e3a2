import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Comet } from '../comet.js';
import { events, FakeEvents, FakeFetch, FakeSocket, install, request, settle, socket, tick, uninstall } from '../testing/fakes.js';

let comet;
let log;
let asked; // how often the page was asked for a grant

beforeEach(install);
afterEach(() => {
	comet?.close();
	uninstall();
});

function connect(transport, options) {
	asked = 0;
	log = [];
	comet = new Comet('/comet', { transports: [transport], ...options });
	comet.addEventListener('state', ({ detail: { state } }) => log.push(state));
	comet.addEventListener('error', ({ detail }) => log.push(detail));
}

// Grants g1, g2 … unless a test gives its own.
function listen(channel = 'a', grant = () => `g${++asked}`) {
	const got = [];
	comet.subscribe(channel, (data) => got.push(data), { grant, ongap: () => got.push('gap') });
	return got;
}

const say = (channel, ...data) => data.map((item) => ({ channel, data: item }));
const frame = () => socket().sent.at(-1);

test('a WebSocket presents the grants of the channels that it subscribes to', async () => {
	connect('websocket');
	listen('a', 'ga');
	listen('b', async () => 'gb');
	listen('c', null);
	await settle();
	await socket().open();
	assert.deepEqual(frame().subscribe, ['a', 'b', 'c']);
	assert.deepEqual(frame().grants, ['ga', 'gb']);
	await socket().answer('C1');
	listen('d', 'gd');
	await settle();
	assert.deepEqual([frame().subscribe, frame().grants], [['d'], ['gd']]);
	await socket().answer('C2');
	assert.equal(FakeSocket.all.length, 1);
});

test('a channel that has ended is read to its end with its grant', async () => {
	connect('websocket');
	listen({ channel: 'a', cursor: 'P1' }, 'ga');
	const late = listen({ channel: 'a', cursor: 'P2' }, 'ga');
	await settle();
	await socket().open();
	await socket().answer('C1', { ended: ['a'] });
	const [own, running] = FakeFetch.all;
	await own.answer({ cursor: 'X', messages: say('a', 2) });
	await running.answer({ cursor: 'Y' });
	assert.deepEqual(FakeFetch.all.slice(2).map(({ body }) => body.grants), [['ga'], ['ga']]);
	assert.deepEqual(late, []);
});

test('a page without grants presents none', async () => {
	connect('websocket');
	listen('a', null);
	await settle();
	await socket().open();
	assert.equal('grants' in frame(), false);
	comet.close();
	connect('json');
	listen('a', null);
	await settle();
	assert.equal('grants' in request().body, false);
	comet.close();
	connect('sse');
	listen('a', null);
	await settle();
	assert.equal(events().url.searchParams.has('grant'), false);
});

test('an event stream presents grants in its address, and is made anew with another when one has ended', async () => {
	connect('sse');
	const got = listen();
	listen('b', 'gb');
	await settle();
	assert.deepEqual(events().parameters.grant, ['g1', 'gb']);
	await events().send('message', { channel: 'a', data: 1 }, 'C1');
	await events().send('expired', {}, 'C1');
	assert.equal(FakeEvents.all.length, 2);
	assert.deepEqual(events().parameters.grant, ['g2', 'gb']);
	assert.deepEqual(events().parameters.cursor, ['C1']);
	await events().send('message', { channel: 'a', data: 2 }, 'C2');
	assert.deepEqual(got, [1, 2]);
	assert.deepEqual(log, ['connecting', 'open', 'connecting', 'open']);
});

test('a WebSocket that is closed as a grant has ended comes back at once with another', async () => {
	connect('websocket');
	const got = listen();
	await settle();
	await socket().open();
	await socket().answer('C1', { messages: say('a', 1) });
	await socket().drop(4401, 'Log in again');
	assert.equal(FakeSocket.all.length, 2);
	await socket().open();
	assert.deepEqual([frame().grants, frame().cursor], [['g2'], 'C1']);
	await socket().answer('C2', { messages: say('a', 2) });
	assert.deepEqual(got, [1, 2]);
	assert.deepEqual(log, ['connecting', 'open', 'connecting', 'open']);
});

test('each poll presents grants, and one that is answered 401 goes on at once', async () => {
	connect('json');
	const got = listen();
	await settle();
	assert.deepEqual(request().body.grants, ['g1']);
	await request().answer({ cursor: 'C1' });
	assert.deepEqual(request().body.grants, ['g2']);
	await request().answer({ detail: 'Expired', cursor: 'C2' }, 401);
	assert.deepEqual([request().body.grants, request().body.cursor], [['g3'], 'C2']);
	await request().answer({ cursor: 'C3', messages: say('a', 1) });
	assert.deepEqual(got, [1]);
	assert.deepEqual(log, ['connecting', 'open', 'connecting', 'open']);
});

test('a second expiry in a row backs off', async () => {
	connect('json');
	listen();
	await settle();
	await request().answer({}, 401);
	assert.equal(FakeFetch.all.length, 2);
	await request().answer({}, 401);
	assert.equal(FakeFetch.all.length, 2);
	await tick(500);
	assert.equal(FakeFetch.all.length, 3);
});

test('a refused channel is asked for again with another grant', async () => {
	connect('websocket');
	const refused = [];
	comet.subscribe('a', { grant: () => `g${++asked}`, onerror: ({ why }) => refused.push(why) });
	await settle();
	await socket().open();
	await socket().answer('C1', { refused: ['a'], why: 'forbidden' });
	assert.deepEqual(refused, ['forbidden']);
	await tick(1000);
	await socket().open();
	assert.deepEqual([frame().subscribe, frame().grants], [['a'], ['g2']]);
});

test('a subscription with a cursor of its own catches up with the grant of its channel', async () => {
	connect('websocket');
	listen();
	await settle();
	await socket().open();
	await socket().answer('C5');
	comet.subscribe({ channel: 'a', cursor: 'C2' }, () => {});
	await settle();
	assert.equal(FakeFetch.all.length, 2);
	assert.deepEqual(FakeFetch.all.map(({ body: { grants } }) => grants.length), [1, 1]);
});

test('of two grants of a channel the newer counts', async () => {
	connect('sse');
	listen('a', 'old');
	listen('a', 'new');
	listen('a', null);
	await settle();
	assert.deepEqual(events().parameters.grant, ['new']);
});

const failing = {
	throws: () => {
		throw new Error('Not now');
	},
	rejects: () => Promise.reject(new Error('Not now')),
	'rejects with nothing': () => Promise.reject(),
};
for (const [what, fail] of Object.entries(failing)) {
	test(`a function that ${what} is told, and only its own channel has no grant`, async () => {
		for (const transport of ['websocket', 'sse', 'json']) {
			connect(transport, { credentials: 'include' });
			listen('a', fail);
			listen('b', 'gb');
			await settle();
			transport === 'websocket' && await socket().open();
			const message = what.endsWith('nothing') ? undefined : 'Not now';
			assert.deepEqual(log, ['connecting', { transport, channel: 'a', message }]);
			const { subscribe, channel, channels, grant, grants } = { websocket: frame, sse: () => events().parameters,
				json: () => request().body }[transport]();
			assert.deepEqual([subscribe ?? channel ?? channels, grant ?? grants], [['a', 'b'], ['gb']], transport);
			comet.close();
		}
	});
}

test('a function that fails once does not change the transport, and is called again after the refusal', async () => {
	connect('websocket', { transports: ['websocket', 'sse', 'json'] });
	const refused = [];
	comet.subscribe('a', { grant: () => asked++ ? 'ga' : failing.rejects(), onerror: ({ why }) => refused.push(why) });
	listen('b', 'gb');
	await settle();
	await socket().open();
	await socket().answer('C1', { refused: ['a'], why: 'forbidden' });
	assert.deepEqual(refused, ['forbidden']);
	await tick(1000);
	assert.deepEqual([FakeSocket.all.length, FakeEvents.all.length, frame().subscribe, frame().grants], [1, 0, ['a'], ['ga']]);
});

test('a function that gives nothing is no grant', async () => {
	connect('websocket');
	listen('a', async () => undefined);
	listen('b', () => '');
	listen('c', 'gc');
	await settle();
	await socket().open();
	assert.deepEqual([frame().subscribe, frame().grants], [['a', 'b', 'c'], ['gc']]);
});

test('a function that never answers is not waited for', async () => {
	connect('websocket');
	listen('a', 'ga');
	await settle();
	await socket().open();
	await socket().answer('C1');
	listen('b', () => new Promise(() => {}));
	await settle();
	listen('c', 'gc');
	await tick(5000);
	assert.deepEqual([frame().subscribe, 'grants' in frame()], [['b'], false]);
	await socket().answer('C2', { refused: ['b'], why: 'forbidden' });
	assert.deepEqual([frame().subscribe, frame().grants], [['c'], ['gc']]);
});

test('a catch-up whose function rejects with nothing goes on', async () => {
	connect('websocket');
	listen('a', () => ++asked === 2 ? Promise.reject() : 'ga');
	await settle();
	await socket().open();
	await socket().answer('C1');
	const late = [];
	comet.subscribe({ channel: 'a', cursor: 'P' }, (data) => late.push(data));
	await settle();
	assert.deepEqual(FakeFetch.all.map(({ body: { grants } }) => grants), [undefined, ['ga']]);
	await FakeFetch.all[0].answer({ cursor: 'X', messages: say('a', 1) });
	await FakeFetch.all[1].answer({ cursor: 'X' });
	assert.deepEqual(late, [1]);
});

test('an event stream waits for its grants, and begins anew if its channels change meanwhile', async () => {
	connect('sse');
	let give;
	listen('a', () => new Promise((resolve) => give = resolve));
	await settle();
	assert.equal(FakeEvents.all.length, 0);
	const first = give;
	listen('b', 'gb');
	await settle();
	first('late');
	give('ga');
	await settle();
	assert.equal(FakeEvents.all.length, 1);
	assert.deepEqual(events().parameters.channel, ['a', 'b']);
	assert.deepEqual(events().parameters.grant, ['ga', 'gb']);
});

test('a comet that is closed while it waits for a grant opens nothing', async () => {
	connect('sse');
	let give;
	listen('a', () => new Promise((resolve) => give = resolve));
	await settle();
	comet.close();
	give('ga');
	await settle();
	assert.equal(FakeEvents.all.length, 0);
});
