// The page's connection, and the badge that shows its state.

import { Comet } from './comet/comet.js';
import { announce, byId } from './page.js';

const TRANSPORTS = { websocket: 'WebSocket', sse: 'Events', json: 'Polling' };
const STATES = {
	connecting: { badge: 'Connecting' },
	live: { badge: 'Live' },
	asleep: { badge: 'Asleep' },
	reconnecting: { badge: 'Reconnecting' },
	deactivated: { badge: 'Paused', title: 'The live feed is paused.',
		text: 'The operator has interrupted it. Bids still count, and this page will catch up.' },
	gone: { badge: 'Server gone', title: 'The auction house does not answer.',
		text: 'This page keeps asking, and will catch up.' }
};

// All, the best first, unless the address names some: ?transports=json, or sse,json
function transports() {
	const names = new URLSearchParams(location.search).get('transports')?.split(',') ?? [];
	const known = names.filter((name, i) => Object.hasOwn(TRANSPORTS, name) && names.indexOf(name) === i);
	return known.length ? known : Object.keys(TRANSPORTS);
}

export const comet = new Comet('comet', { transports: transports(), pauseWhenHidden: 10_000, maxBackoff: 8000 });

let state = 'connecting';
let wasLive = false;

function show(next) {
	byId('transport').textContent = next === 'live' ? TRANSPORTS[comet.transport] : '';
	if (next === state) {
		return;
	}
	state = next;
	const { badge, title = '', text = '' } = STATES[state];
	byId('badge').dataset.state = state;
	byId('badge-word').textContent = badge;
	byId('notice').dataset.state = state;
	byId('notice-title').textContent = title;
	byId('notice-text').textContent = text;
	byId('notice').hidden = !title;
	announce(title ? `${title} ${text}` : `Connection: ${badge}.`);
}

comet.addEventListener('state', ({ detail }) => {
	if (detail.state === 'open') {
		wasLive = true;
		show('live');
	}
	else if (detail.state === 'paused') {
		show('asleep');
	}
	else if (state === 'asleep') {
		show('connecting');
	}
});

// A browser does not tell a page why a connection failed. A poll does: Comet answers 503 while it is deactivated.
export async function diagnose() {
	const diagnosis = await fetch('comet', {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: '{"channels":["auctions/announcements"],"timeout":"PT0S"}',
		signal: AbortSignal.timeout(5000)
	}).then(({ status }) => status === 401 ? location.assign('login') : status === 503 ? 'deactivated' : wasLive ? 'reconnecting' : 'connecting', () => 'gone');
	if (diagnosis && comet.state !== 'open' && comet.state !== 'paused') {
		show(diagnosis);
	}
}

comet.addEventListener('error', diagnose);
