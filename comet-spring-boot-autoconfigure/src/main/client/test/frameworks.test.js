// The hooks, the store and the composable with the real React, Svelte and Vue, as an application has them: the package is
// installed beside them, and the application is what docs/front-ends.md prints. The build lays the libraries there.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { container } from '../testing/document.js';
import { install, settle, socket, uninstall } from '../testing/fakes.js';

const source = new URL('..', import.meta.url);
const folder = new URL('../../../../target/front-ends/', import.meta.url);
const modules = new URL('node_modules/', folder);
const unpacked = new URL('META-INF/resources/webjars/', folder);
const missing = !existsSync(unpacked);
const skip = missing && 'React, Svelte and Vue are not there: ./mvnw test brings them';

if (missing && process.env.CI) {
	throw new Error(skip);
}

const load = (name) => import(new URL(name, folder));
const library = {};

// What the document prints for a framework
function printed(framework) {
	const document = readFileSync(new URL('../../../../docs/front-ends.md', source), 'utf8');
	const [, block] = document.split(`## ${framework}\n`)[1].match(/^```js\n(.*?)^```$/ms);
	writeFileSync(new URL(`${framework}.js`, folder), block);
	return load(`${framework}.js`);
}

before(async () => {
	if (!missing) {
		rmSync(modules, { recursive: true, force: true });
		mkdirSync(modules);
		for (const library of readdirSync(unpacked)) {
			const [version] = readdirSync(new URL(`${library}/`, unpacked));
			symlinkSync(fileURLToPath(new URL(`${library}/${version}/`, unpacked)), fileURLToPath(new URL(library, modules)), 'junction');
		}
		const { name } = JSON.parse(readFileSync(new URL('package.json', source), 'utf8'));
		const target = new URL(`${name}/`, modules);
		mkdirSync(target, { recursive: true });
		// What the package contains, which its own test checks
		readdirSync(source).filter((file) => /\.(js|d\.ts|json)$/.test(file))
			.forEach((file) => cpSync(new URL(file, source), new URL(file, target)));
		writeFileSync(new URL('package.json', folder), '{"type":"module"}');
		// The build of Vue without the compiler of templates, which needs other packages.
		writeFileSync(new URL('vue/package.json', modules),
				'{"name":"vue","type":"module","exports":"./dist/vue.runtime.esm-browser.prod.js"}');
		library.vue = await load('node_modules/vue/dist/vue.runtime.esm-browser.prod.js');
		library.svelte = await load('node_modules/svelte/src/store/index-server.js');
		Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true, window: {} });
		library.react = (await load('node_modules/react/index.js')).default;
		library.dom = (await load('node_modules/react-dom/client.js')).default;
	}
});

beforeEach(install);
afterEach(uninstall);

const asked = () => socket().sent.flatMap(({ subscribe = [], unsubscribe = [] }) =>
	[...subscribe.map((channel) => '+' + channel), ...unsubscribe.map((channel) => '-' + channel)]);

async function connect() {
	await settle();
	await socket().open();
	await socket().answer('C1');
}

const publish = (channel, ...data) =>
	socket().receive({ messages: data.map((item) => ({ channel, data: item })), cursor: 'C2' });

describe('React', { skip }, () => {
	let root;
	let main;

	beforeEach(() => {
		root = library.dom.createRoot(main = container());
	});

	const act = (change) => library.react.act(async () => {
		await change();
	});
	const render = (component, props) => act(() => {
		const { createElement, StrictMode } = library.react;
		root.render(createElement(StrictMode, null, createElement(component, props)));
		return settle();
	});

	afterEach(() => act(() => root.unmount()));

	test('the component of the document shows the last message', async () => {
		const { Bid } = await printed('React');
		await render(Bid, { item: 'item-7' });
		assert.equal(main.textContent, 'no bid yet');
		await act(connect);
		assert.deepEqual(asked(), ['+item-7']);
		await act(() => publish('item-7', { amount: 5 }, { amount: 6 }));
		assert.equal(main.textContent, '6 euros');
		await render(Bid, { item: 'item-8' });
		assert.equal(main.textContent, 'no bid yet');
		await act(() => socket().answer('C3'));
		assert.deepEqual(asked(), ['+item-7', '+item-8', '-item-7']);
		await act(() => publish('item-8', { amount: 7 }));
		assert.equal(main.textContent, '7 euros');
		await act(() => root.unmount());
		assert.equal(socket().readyState, 2);
	});

	test('the listener of the last rendering hears every message', async () => {
		const { useChannel, useComet } = await load('node_modules/comet-spring/react.js');
		const heard = [];
		const Listening = ({ name }) => {
			const comet = useComet('/comet');
			useChannel(comet, { channel: 'a', cursor: 'C0' }, (data) => heard.push(name + data), { ongap: () => heard.push(name + ' gap') });
			return null;
		};
		await render(Listening, { name: 'x' });
		await act(connect);
		assert.deepEqual(socket().sent[0].from, { C0: ['a'] });
		await act(() => publish('a', 1, 2));
		await render(Listening, { name: 'y' });
		await act(() => publish('a', 3));
		await act(() => socket().receive({ gaps: ['a'], cursor: 'C3' }));
		assert.deepEqual(heard, ['x1', 'x2', 'y3', 'y gap']);
		assert.deepEqual(asked(), ['+a']);
	});

	test('an address that each rendering makes anew is the same connection', async () => {
		const { useChannel, useComet } = await load('node_modules/comet-spring/react.js');
		const Page = () => String(useChannel(useComet(new URL('http://localhost/comet')), 'a') ?? '');
		await render(Page);
		await act(connect);
		const first = socket();
		await render(Page);
		assert.equal(socket(), first);
		await act(() => publish('a', 'now'));
		assert.equal(main.textContent, 'now');
	});

	test('the grant is that of the last rendering', async () => {
		const { useChannel, useComet } = await load('node_modules/comet-spring/react.js');
		const Page = ({ grant }) => String(useChannel(useComet('/comet'), 'a', null, { grant }) ?? '');
		await render(Page, { grant: 'g1' });
		await act(connect);
		assert.deepEqual(socket().sent[0].grants, ['g1']);
		const expire = async () => {
			await socket().drop(4401);
			await connect();
		};
		await render(Page, { grant: async () => 'g2' });
		await act(expire);
		assert.deepEqual(socket().sent[0].grants, ['g2']);
		await render(Page, { grant: 'g3' });
		await act(expire);
		assert.deepEqual(socket().sent[0].grants, ['g3']);
	});

	test('another path is another connection, also together with another channel', async () => {
		const { useChannel, useComet } = await load('node_modules/comet-spring/react.js');
		const Page = ({ path, item }) => String(useChannel(useComet(path), item) ?? '');
		await render(Page, { path: '/comet', item: 'a' });
		await act(connect);
		const first = socket();
		await render(Page, { path: '/other', item: 'b' });
		assert.equal(first.readyState, 2);
		await act(connect);
		assert.equal(socket().url, 'ws://localhost/other');
		assert.deepEqual(asked(), ['+b']);
		await act(() => publish('b', 'now'));
		assert.equal(main.textContent, 'now');
		await render(Page, { path: '/other', item: null });
		await act(settle);
		assert.equal(main.textContent, '');
	});
});

describe('Svelte', { skip }, () => {
	test('the store of the document has the last message as long as it has subscribers', async () => {
		const { bid } = await printed('Svelte');
		const seen = [];
		const leave = bid.subscribe((message) => seen.push(message));
		const leaveToo = bid.subscribe(() => {});
		await connect();
		assert.deepEqual(asked(), ['+item-7']);
		await publish('item-7', { amount: 5 }, { amount: 6 });
		assert.deepEqual(seen, [undefined, { amount: 5 }, { amount: 6 }]);
		assert.deepEqual(library.svelte.get(bid), { amount: 6 });
		leave();
		await publish('item-7', { amount: 7 });
		assert.equal(seen.length, 3);
		leaveToo();
		await settle();
		assert.equal(socket().readyState, 2);
	});
});

describe('Vue', { skip }, () => {
	test('the composable of the document has the last message as long as its scope lives', async () => {
		const { useBid } = await printed('Vue');
		const { effectScope, nextTick, ref } = library.vue;
		const item = ref('item-7');
		const scope = effectScope();
		const bid = scope.run(() => useBid(item));
		await connect();
		assert.equal(bid.value, undefined);
		await publish('item-7', { amount: 5 }, { amount: 6 });
		assert.deepEqual(bid.value, { amount: 6 });
		item.value = 'item-8';
		await nextTick();
		assert.equal(bid.value, undefined);
		await settle();
		await socket().answer('C3');
		assert.deepEqual(asked(), ['+item-7', '+item-8', '-item-7']);
		await publish('item-8', { amount: 7 });
		assert.deepEqual(bid.value, { amount: 7 });
		scope.stop();
		await settle();
		assert.equal(socket().readyState, 2);
	});

	test('the listener hears every message, and nothing is listened to without a connection', async () => {
		const { Comet } = await load('node_modules/comet-spring/comet.js');
		const { useChannel } = await load('node_modules/comet-spring/vue.js');
		const { effectScope, nextTick, shallowRef } = library.vue;
		const heard = [];
		const comet = shallowRef(null);
		const scope = effectScope();
		scope.run(() => useChannel(comet, () => ({ channel: 'a', cursor: 'C0' }), (data) => heard.push(data)));
		comet.value = new Comet('/comet');
		await nextTick();
		await connect();
		assert.deepEqual(socket().sent[0].from, { C0: ['a'] });
		await publish('a', 1, 2, 3);
		assert.deepEqual(heard, [1, 2, 3]);
		scope.stop();
		comet.value.close();
	});
});
