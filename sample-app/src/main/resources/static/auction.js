// The page of the auction house.
//
// Every lot is a comet channel. The page follows the three steps of the protocol: it posts the list of its channels,
// waits for the answer, shows what came, and posts again. Two rules keep it right:
//
// 1. It starts from GET api/items, which gives the items and a cursor. The items are at least as new as the cursor, so
//    the messages after the cursor bring all that the page lacks. Every message is the whole item with a version; the
//    page keeps the higher version, so hearing something twice does no harm. Each poll sends the cursor of the last
//    answer and so misses nothing between two polls.
// 2. Whenever the page cannot know that it has everything - there is a new lot, history has moved on (Comet-Gap), a
//    channel ended before its lot was sold, the server forgot the cursor - it starts from GET api/items again.

const byId = (id) => document.getElementById(id);
const still = matchMedia('(prefers-reduced-motion: reduce)');
const money = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });

// ---- The lots ------------------------------------------------------------------------------------------------------

const HUES = { vase: 214, violin: 268, clock: 158, map: 78, chair: 350, ship: 196, telescope: 228, globe: 42, teapot: 142,
	lamp: 186, gramophone: 18, painting: 236 };
const STAMPS = { SOLD: 'Sold', PASSED: 'Passed', WITHDRAWN: 'Withdrawn' };
const LEDGER_LENGTH = 7;
const REST = 4000; // a sold lot stays at least that long

const cards = new Map(); // by channel id
const ledger = new Map(); // by channel id, sold lots
let clockOffset = 0; // the server's clock minus this one's, in ms

function show(item) {
	const card = cards.get(item.id);
	if (card) {
		if (item.version > card.item.version) {
			update(card, item);
		}
	}
	else if (item.phase === 'OPEN') {
		bringIn(item);
	}
	if (item.phase === 'SOLD' && !ledger.has(item.id)) {
		ledger.set(item.id, item);
		showLedger();
	}
}

function bringIn(item) {
	const root = byId('lot-template').content.firstElementChild.cloneNode(true);
	const part = (name) => root.querySelector('.' + name);
	const card = { item, root, part, shown: item.price, soldAt: 0, involved: false };
	root.dataset.item = item.id;
	root.style.setProperty('--hue', HUES[item.lot.art] ?? 40);
	root.querySelector('use').setAttribute('href', '#art-' + item.lot.art);
	root.querySelector('article').setAttribute('aria-label', `Lot ${item.number}, ${item.lot.title}`);
	part('tag').textContent = 'Lot ' + item.number;
	part('title').textContent = item.lot.title;
	part('title').title = item.lot.title;
	part('note').textContent = item.lot.note;
	part('own').setAttribute('aria-label', `Your bid on lot ${item.number}, in euros`);
	part('bidding').addEventListener('submit', (event) => {
		event.preventDefault();
		bid(card, part('own').value);
	});
	cards.set(item.id, card);
	paint(card, null);
	tick(card);
	place(card);
}

// A new lot takes the place of one that was sold, so that nothing moves under the finger of a bidder.
function place(card) {
	const lots = byId('lots');
	const free = [...lots.children].find(mayLeave);
	card.root.classList.add('enter');
	if (free) {
		cards.delete(free.dataset.item);
		free.replaceWith(card.root);
	}
	else {
		lots.append(card.root);
	}
}

function mayLeave(root) {
	const { soldAt } = cards.get(root.dataset.item);
	return soldAt && Date.now() - soldAt > REST && !root.contains(document.activeElement);
}

// Sold lots at the end leave by themselves, as nothing stands behind them.
setInterval(() => {
	const lots = byId('lots');
	if (cards.size > 1 && mayLeave(lots.lastElementChild)) {
		cards.delete(lots.lastElementChild.dataset.item);
		lots.lastElementChild.remove();
	}
}, REST);

function update(card, item) {
	const before = card.item;
	card.item = item;
	paint(card, before);
	tick(card);
	if (item.phase !== 'OPEN') {
		fall(card);
	}
	else if (leads(before) && !leads(item) && item.bids.length) {
		card.root.classList.add('outbid');
		say(card, `${item.bids[0].bidder} outbids you.`, 'bad');
	}
}

function paint(card, before) {
	const { item, root, part } = card;
	const mine = leads(item);
	root.dataset.phase = item.phase;
	root.classList.toggle('mine', mine);
	if (mine) {
		root.classList.remove('outbid');
	}
	roll(card, item.price, before !== null && item.price !== before.price);
	part('leader').textContent = item.bids.length
			? `${item.bidCount} ${item.bidCount === 1 ? 'bid' : 'bids'}${mine ? ', you lead' : ''}`
			: 'opening price';
	part('bids').replaceChildren(...item.bids.slice(0, 3).map((bid, i) => {
		const line = document.createElement('li');
		line.append(text('span', bid.bidder), text('span', money.format(bid.amount)));
		line.classList.toggle('new', i === 0 && before !== null && item.bidCount > before.bidCount);
		return line;
	}));
	part('own').placeholder = item.minimum;
	quickBids(card);
}

function quickBids(card) {
	const { item, part } = card;
	const steps = item.bids.length ? [1, 5, 10] : [0, 5, 10];
	if (part('quick').dataset.from === `${item.price}/${item.minimum}`) {
		return;
	}
	part('quick').dataset.from = `${item.price}/${item.minimum}`;
	steps.forEach((times, i) => {
		const amount = item.price + times * item.step;
		let button = part('quick').children[i];
		if (!button) { // the buttons stay, so that the focus does
			button = part('quick').appendChild(document.createElement('button'));
			button.type = 'button';
			button.addEventListener('click', () => bid(card, button.value));
		}
		button.value = amount;
		button.textContent = times ? '+' + times * item.step : 'Open';
		button.setAttribute('aria-label', `Bid ${money.format(amount)} on lot ${item.number}`);
	});
}

// The price runs up to its new value.
function roll(card, price, animate) {
	const label = card.part('price');
	const from = card.shown;
	cancelAnimationFrame(card.rolling);
	if (!animate || still.matches || document.hidden) {
		card.shown = price;
		label.textContent = money.format(price);
		return;
	}
	const start = performance.now();
	const frame = (now) => {
		const done = Math.min(1, Math.max(0, now - start) / 450);
		card.shown = Math.round(from + (price - from) * (1 - (1 - done) ** 3));
		label.textContent = money.format(card.shown);
		if (done < 1) {
			card.rolling = requestAnimationFrame(frame);
		}
	};
	card.rolling = requestAnimationFrame(frame);
	label.classList.remove('rose');
	void label.offsetWidth; // starts the animation again
	label.classList.add('rose');
}

function fall(card) {
	const { item, root, part } = card;
	if (card.soldAt) {
		return;
	}
	card.soldAt = Date.now();
	const mine = leads(item) && item.phase === 'SOLD';
	root.classList.remove('outbid');
	part('stamp').textContent = mine ? 'Yours' : STAMPS[item.phase];
	for (const field of part('bidding').elements) {
		field.disabled = true;
	}
	if (item.phase === 'SOLD') {
		const buyer = mine ? 'you' : item.bids[0].bidder;
		say(card, `Sold to ${buyer} for ${money.format(item.price)}.`, mine ? 'good' : '');
	}
	else {
		say(card, item.phase === 'PASSED' ? 'Nobody bid; the lot goes home.' : 'The house withdrew this lot.', '');
	}
	countLots();
}

function leads(item) {
	return item.bids.length > 0 && item.bids[0].bidder === byId('bidder').value.trim();
}

function tick(card) {
	const { item, root, part } = card;
	if (item.phase !== 'OPEN') {
		root.style.setProperty('--left', 0);
		delete root.dataset.call;
		return;
	}
	const left = Math.max(0, Date.parse(item.endsAt) - Date.now() - clockOffset);
	const seconds = Math.ceil(left / 1000);
	const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
	const call = left <= 5000 ? 'twice' : left <= 10000 ? 'once' : '';
	root.dataset.call = call;
	root.style.setProperty('--left', Math.min(1, left / (Date.parse(item.endsAt) - Date.parse(item.opensAt))).toFixed(3));
	part('clock').textContent = call ? `Going ${call} · ${time}` : time;
}

setInterval(() => cards.forEach((card) => card.item.phase === 'OPEN' && tick(card)), 250);

function showLedger() {
	const last = [...ledger.values()].sort((a, b) => Date.parse(b.endsAt) - Date.parse(a.endsAt)).slice(0, LEDGER_LENGTH);
	for (const id of ledger.keys()) {
		if (!last.some((item) => item.id === id) && !cards.has(id)) {
			ledger.delete(id);
		}
	}
	byId('ledger-empty').hidden = last.length > 0;
	byId('ledger').replaceChildren(...last.map((item) => {
		const line = document.createElement('li');
		const art = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
		const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
		for (const [name, value] of [['href', '#art-' + item.lot.art], ['width', 200], ['height', 150]]) {
			use.setAttribute(name, value);
		}
		art.setAttribute('viewBox', '30 8 140 134');
		art.setAttribute('aria-hidden', 'true');
		art.append(use);
		line.style.setProperty('--hue', HUES[item.lot.art] ?? 40);
		line.classList.toggle('mine', leads(item));
		line.append(art, text('span', item.lot.title, 'what'), text('span', leads(item) ? 'You' : item.bids[0].bidder, 'who'),
				text('span', money.format(item.price), 'sum'));
		return line;
	}));
}

function countLots() {
	const open = [...cards.values()].filter((card) => card.item.phase === 'OPEN').length;
	byId('floor-count').textContent = open === 1 ? '1 lot open' : `${open} lots open`;
	byId('empty').hidden = cards.size > 0;
}

function text(tag, content, className) {
	const element = document.createElement(tag);
	element.textContent = content;
	element.className = className ?? '';
	return element;
}

function say(card, words, tone) {
	card.part('word').textContent = words;
	card.part('word').dataset.tone = tone;
	if (card.involved) { // of the other lots a screen reader would hear too much
		announce(`Lot ${card.item.number}: ${words}`);
	}
}

function announce(words) {
	byId('announcer').textContent = words;
}

// ---- Bidding: an ordinary POST -------------------------------------------------------------------------------------

async function bid(card, entered) {
	const { item, part } = card;
	card.involved = true;
	const plain = String(entered).replace(/[\s€,]/g, '');
	const amount = /^-?\d+$/.test(plain) ? Number(plain) : entered; // what is no number the server refuses
	if (plain === '') {
		say(card, `Say how much: ${money.format(item.minimum)} or more.`, 'bad');
		part('own').focus();
		return;
	}
	try {
		const answer = await fetch(`api/items/${encodeURIComponent(item.id)}/bids`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ bidder: byId('bidder').value, amount })
		});
		const body = await answer.json();
		if (answer.ok) {
			part('own').value = '';
			say(card, `Your bid of ${money.format(amount)} stands.`, 'good');
			show(body);
		}
		else {
			say(card, body.detail ?? 'The house did not take that bid.', 'bad');
		}
	}
	catch {
		say(card, 'The house did not hear you. Please bid again.', 'bad');
	}
}

const bidder = byId('bidder');

function remember(name) {
	try {
		localStorage.setItem('bidder', name);
	}
	catch {
		// A private window may refuse; the name then lasts as long as the page.
	}
}

function recall() {
	try {
		return localStorage.getItem('bidder');
	}
	catch {
		return null;
	}
}

bidder.value = recall() || 'Paddle ' + (100 + Math.floor(Math.random() * 900));
remember(bidder.value);
bidder.addEventListener('change', () => {
	bidder.value = bidder.value.trim() || recall() || 'Paddle 1';
	remember(bidder.value);
	cards.forEach((card) => paint(card, card.item));
	showLedger();
});
bidder.addEventListener('keydown', (event) => event.key === 'Enter' && bidder.blur());

// ---- The connection, in words --------------------------------------------------------------------------------------

const STATES = {
	connecting: { badge: 'Connecting' },
	live: { badge: 'Live' },
	reconnecting: { badge: 'Reconnecting' },
	deactivated: { badge: 'Paused', title: 'The live feed is paused.',
		text: 'The operator has interrupted it. Bids still count, and this page will catch up.' },
	gone: { badge: 'Server gone', title: 'The auction house does not answer.',
		text: 'This page keeps asking, and will catch up.' }
};
let state = 'connecting';
let retryAt = 0;

function setState(next) {
	if (next === state) {
		return;
	}
	state = next;
	const { badge, title, text } = STATES[state];
	byId('badge').dataset.state = state;
	byId('badge-word').textContent = badge;
	byId('notice').dataset.state = state;
	byId('notice-title').textContent = title ?? '';
	byId('notice-text').textContent = text ?? '';
	byId('notice').hidden = !title;
	announce(title ? `${title} ${text}` : `Connection: ${badge}.`);
	showRetry();
}

function showRetry() {
	const seconds = Math.ceil((retryAt - Date.now()) / 1000);
	byId('notice-again').textContent = seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying …';
}

setInterval(() => byId('notice').hidden || showRetry(), 500);
byId('notice-now').addEventListener('click', () => wake());
addEventListener('online', () => wake());

let wake = () => {};

// Waits so long, or until something calls wake().
function pause(ms) {
	retryAt = Date.now() + ms;
	showRetry();
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1));
		wake = () => {
			clearTimeout(timer);
			resolve();
		};
	});
}

// ---- Comet: post the channels, wait, show, and again ---------------------------------------------------------------

const PATIENCE = 90_000; // a poll that is held longer may hang on a dead line; with the cursor another loses nothing
const SLEEP_AFTER = 10_000; // a hidden page gives its connection back; the cursor brings it up to date when it is seen

let news; // the channel that announces new lots
let cursor; // how far this page has read all of its channels
let stale = true; // whether to start from api/items
let asleep = false;
let held = new AbortController();
const ended = new Set();

class Refused extends Error {
	constructor(answer) {
		super(`${answer.url} answered ${answer.status}`);
		this.status = answer.status;
		this.retryAfter = Number(answer.headers.get('Retry-After')) || 0;
	}
}

async function startFromItems() {
	const answer = await fetch('api/items', { cache: 'no-store', signal: held.signal });
	if (!answer.ok) {
		throw new Refused(answer);
	}
	const sale = await answer.json();
	clockOffset = Date.parse(sale.now) - Date.now();
	const known = new Set([...sale.items, ...sale.sold].map((item) => item.id));
	for (const [id, card] of cards) {
		if (!known.has(id)) {
			card.root.remove();
			cards.delete(id);
		}
	}
	// The oldest first: the order of the lots, and of the ledger.
	[...sale.sold.reverse(), ...sale.items].forEach(show);
	for (const card of cards.values()) {
		if (card.item.phase === 'OPEN' && ended.has(card.item.id)) { // an operator ended the channel
			update(card, { ...card.item, version: card.item.version + 1, phase: 'WITHDRAWN' });
		}
	}
	countLots();
	({ news, cursor } = sale);
	stale = false;
}

async function poll() {
	const open = [...cards.values()].filter((card) => card.item.phase === 'OPEN').map((card) => card.item.id);
	const channels = [news, ...open.filter((id) => !ended.has(id))];
	const patience = setTimeout(() => held.abort(), PATIENCE);
	let waiting = true;
	// A poll that is not answered at once is being held, if the server is there at all.
	const settled = setTimeout(async () => {
		if (state !== 'live' && await isServerThere() && waiting) {
			setState('live');
		}
	}, 600);
	try {
		const answer = await fetch('comet', {
			method: 'POST',
			headers: { 'Content-Type': 'application/x-ocsigen-comet', 'Comet-Cursor': cursor },
			body: 'registration=' + channels.map(encodeURIComponent).join('%0A'),
			cache: 'no-store',
			signal: held.signal
		});
		if (answer.ok) {
			setState('live');
			read(await answer.text());
		}
		// Also where an operator killed the poll. What was read before is shown by now.
		cursor = answer.headers.get('Comet-Cursor') ?? cursor;
		stale ||= answer.headers.has('Comet-Gap');
		if (!answer.ok) {
			throw new Refused(answer);
		}
	}
	finally {
		waiting = false;
		clearTimeout(patience);
		clearTimeout(settled);
	}
}

function isServerThere() {
	return fetch('favicon.svg', { method: 'HEAD', cache: 'no-store' }).then((answer) => answer.ok, () => false);
}

// The answer is empty at a timeout; else lines of "channel:message", percent-encoded.
function read(answer) {
	for (const entry of answer ? answer.split('\n') : []) {
		const colon = entry.indexOf(':');
		const channel = entry.slice(0, colon);
		const message = entry.slice(colon + 1);
		if (message === 'ENDED_CHANNEL') {
			end(channel);
		}
		else if (channel === news) {
			stale ||= !cards.has(JSON.parse(decodeURIComponent(message)).item);
		}
		else {
			show(JSON.parse(decodeURIComponent(message)));
			countLots();
		}
	}
}

// A channel that ended never comes back, and the page does not ask for it again. The news alone have a name that the
// house uses again when it opens again.
function end(channel) {
	if (channel !== news) {
		ended.add(channel);
	}
	stale ||= channel === news || cards.get(channel)?.item.phase === 'OPEN';
}

// Longer each time, and never the same for all pages.
function backoff(failures, atLeast = 0) {
	return Math.max(atLeast * 1000, Math.min(10_000, 400 * 2 ** failures)) * (1 + Math.random() / 2);
}

async function listen() {
	let failures = 0;
	let restarts = 0; // in a row
	for (;;) {
		if (asleep) {
			await pause(Infinity);
		}
		held = new AbortController();
		try {
			if (stale) {
				await startFromItems();
			}
			await poll();
			failures = 0;
			restarts = stale ? restarts + 1 : 0;
			if (stale) { // not all pages at the same moment, and nobody in a tight loop
				await pause(Math.min(15_000, 50 * 2 ** restarts) * Math.random());
			}
		}
		catch (error) {
			if (held.signal.aborted) {
				continue;
			}
			failures++;
			stale ||= error instanceof Refused && error.status === 400; // of all that it sends, the cursor may be too old
			if (error.status === 503) {
				setState('deactivated');
				showDesk();
			}
			else {
				setState(failures > 1 ? 'gone' : 'reconnecting');
			}
			await pause(backoff(failures, error.retryAfter));
		}
	}
}

let bedtime;
document.addEventListener('visibilitychange', () => {
	clearTimeout(bedtime);
	if (document.hidden) {
		bedtime = setTimeout(() => {
			asleep = true;
			held.abort();
		}, SLEEP_AFTER);
	}
	else if (asleep) {
		asleep = false;
		wake();
	}
});

// ---- The operator's desk: what the actuator says, and its three commands -------------------------------------------

const DESK = 'actuator/comet';
const DESK_EVERY = 3000;
let deskTimer;
let wasActive = true;

async function askDesk(path, body) {
	const headers = body ? { 'Content-Type': 'application/json' } : {};
	const answer = await fetch(DESK + path, path ? { method: 'POST', headers, body } : { cache: 'no-store' });
	if (!answer.ok) {
		throw new Refused(answer);
	}
	return answer.json();
}

async function showDesk() {
	clearTimeout(deskTimer);
	let again = DESK_EVERY;
	try {
		if (!document.hidden) {
			paintDesk(await askDesk(''));
		}
	}
	catch (error) {
		again = closeDesk(error);
	}
	clearTimeout(deskTimer);
	deskTimer = setTimeout(showDesk, again);
}

function paintDesk({ active, timeout, channels, connections }) {
	byId('desk').dataset.state = active ? 'active' : 'inactive';
	byId('desk-in').hidden = false;
	if (byId('desk-word').dataset.closed) {
		deskWord('');
	}
	byId('desk-active').textContent = active ? 'active' : 'deactivated';
	byId('desk-active').classList.toggle('off', !active);
	byId('desk-timeout').textContent = inWords(timeout);
	byId('desk-channels').textContent = channels.limit == null ? channels.count : `${channels.count} of ${channels.limit}`;
	byId('desk-connections').textContent = Object.entries(connections ?? {}).filter(([, count]) => count > 0)
		.map(([transport, count]) => `${count} ${transport}`).join(', ') || 'none';
	byId('desk-activate').disabled = active;
	byId('desk-deactivate').disabled = !active;
	if (state === 'gone' || (active && !wasActive)) {
		wake();
	}
	wasActive = active;
}

function closeDesk(error) {
	byId('desk').dataset.state = 'closed';
	byId('desk-in').hidden = true;
	deskWord({ 401: 'The desk is locked: sign in first.', 403: 'The desk serves only the machine that the server runs on.',
		404: 'This server has no desk: its actuator is not exposed.' }[error.status] ?? 'The desk does not answer.');
	byId('desk-word').dataset.closed = 'closed';
	return error instanceof Refused ? 10 * DESK_EVERY : DESK_EVERY;
}

function deskWord(words) {
	byId('desk-word').textContent = words;
	delete byId('desk-word').dataset.closed;
}

async function command(path, words, body) {
	try {
		paintDesk(await askDesk(path, body));
		deskWord(words);
	}
	catch (error) {
		if (error.status === 400) {
			deskWord('That is not a timeout.');
		}
		else {
			closeDesk(error);
		}
	}
}

// PT1M30S in words
function inWords(duration) {
	const [, hours, minutes, seconds] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(duration) ?? [];
	return [[hours, 'h'], [minutes, 'min'], [seconds, 's']].filter(([count]) => count)
		.map(([count, unit]) => `${count} ${unit}`).join(' ') || String(duration);
}

byId('desk-deactivate').addEventListener('click', () => command('/deactivate', 'Comet is deactivated.'));
byId('desk-activate').addEventListener('click', () => command('/activate', 'Comet is active.'));
byId('desk-set').addEventListener('submit', (event) => {
	event.preventDefault();
	const seconds = Number(byId('desk-seconds').value);
	const kill = byId('desk-kill').checked;
	command('/set_timeout', `Timeout ${seconds} s${kill ? '; held polls were ended.' : ' from the next poll on.'}`,
			JSON.stringify({ timeout: `PT${seconds}S`, kill }));
});

showDesk();
listen();
