// The page of the auction house: every lot is a comet channel, and one more announces new lots.
//
// GET api/items gives the lots, each with the handle of its channel: an id, and a cursor at most as new as the lot. A
// subscription to the handle brings all changes that the page lacks. Every message is the complete lot with a version,
// so a repeated one does no harm. An announcement is a new lot with its handle. If history no longer reaches back to
// the page, or a channel ends before its lot is sold, the page requests the items again.

import { comet, diagnose } from './connection.js';
import './desk.js';
import { isOpen, remove, setClock, show, shown, withdraw } from './lots.js';
import { announce, byId } from './page.js';
import './visitor.js';

const followed = new Set(); // channel ids
const ended = new Set(); // before they were sold, as far as this page knows
let announcements;
let anew = false; // remove items that the server no longer knows
let wanted = 0;
let note; // its timer

function follow({ item, handle }) {
	show(item);
	if (!followed.has(item.id)) {
		followed.add(item.id);
		comet.subscribe(handle, show, { ongap: missed, onended: () => end(item.id) });
	}
}

function end(id) {
	followed.delete(id);
	if (isOpen(id)) {
		ended.add(id);
		start();
	}
}

async function load() {
	const answer = await fetch('api/items', { cache: 'no-store' });
	if (!answer.ok) {
		throw new Error(`HTTP ${answer.status}`);
	}
	const sale = await answer.json();
	setClock(sale.now);
	if (anew) {
		const known = new Set([...sale.items.map(({ item }) => item), ...sale.sold].map((item) => item.id));
		shown().filter((id) => !known.has(id)).forEach(remove);
		anew = false;
	}
	sale.sold.reverse().forEach(show); // the oldest first
	sale.items.forEach(follow);
	[...ended].filter(isOpen).forEach(withdraw);
	ended.clear();
	announcements ??= comet.subscribe(sale.announcements, follow, { ongap: startAnew, onended: () => {
		announcements = undefined;
		startAnew();
	} });
}

// Messages were lost.
function missed() {
	byId('missed').hidden = false;
	announce(byId('missed').textContent);
	clearTimeout(note);
	note = setTimeout(() => byId('missed').hidden = true, 15_000);
	start();
}

function startAnew() {
	anew = true;
	missed();
}

// Loads until all requests to load are served, after a random pause so that pages do not load together.
async function start(pause = Math.random() * 300) {
	if (wanted++) {
		return;
	}
	for (let failures = 0; wanted;) {
		await new Promise((resolve) => setTimeout(resolve, pause));
		const served = wanted;
		try {
			await load();
			wanted -= served;
			failures = 0;
		}
		catch {
			failures++;
			diagnose();
		}
		pause = Math.random() * Math.min(10_000, 500 * 2 ** failures);
	}
}

start(0);
