// The visitor's own channel: it says when somebody outbids them, on whatever lot.

import { bidder } from './bidding.js';
import { comet } from './connection.js';
import { announce, byId, money, protection } from './page.js';

const SHOWN = 15_000;

let notices;
let again; // timer
let note; // timer

async function listen() {
	clearTimeout(again);
	notices?.close();
	notices = undefined;
	const name = bidder.value;
	try {
		const answer = await fetch(`api/visitors/${encodeURIComponent(name)}`);
		if (!answer.ok) {
			throw new Error(`HTTP ${answer.status}`);
		}
		const handle = await answer.json();
		if (name === bidder.value) {
			notices = comet.subscribe(handle, show, { onended: listen });
		}
	}
	catch {
		clearTimeout(again);
		again = setTimeout(listen, 5000 * (1 + Math.random()));
	}
}

function show({ number, title, bidder, amount }) {
	byId('told').textContent = `You have been outbid on lot ${number}, ${title}: ${bidder} bids ${money.format(amount)}.`;
	byId('told').hidden = false;
	announce(byId('told').textContent);
	clearTimeout(note);
	note = setTimeout(() => byId('told').hidden = true, SHOWN);
}

// Somebody who is logged in bids by their own name.
async function welcome() {
	const answer = await fetch('api/visitors').catch(() => undefined);
	const { name } = answer?.ok ? await answer.json() : {};
	if (name) {
		bidder.value = name;
		bidder.readOnly = true;
		bidder.dispatchEvent(new Event('change'));
		byId('logout').hidden = false;
		byId('logout').addEventListener('submit', () =>
			byId('logout').elements._csrf.value = protection()['X-XSRF-TOKEN'] ?? '');
	}
	else {
		listen();
	}
}

bidder.addEventListener('change', listen);
welcome();
