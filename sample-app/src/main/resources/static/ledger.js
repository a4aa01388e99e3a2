// The lots sold last.

import { leads } from './bidding.js';
import { byId, money, text, tint } from './page.js';

const LENGTH = 7;
const KEPT = 50;
const SVG = 'http://www.w3.org/2000/svg';

const sold = new Map(); // by channel id

export function enter(item) {
	if (item.phase === 'SOLD' && !sold.has(item.id)) {
		sold.set(item.id, item);
		if (sold.size > KEPT) {
			sold.delete(sold.keys().next().value);
		}
		paintLedger();
	}
}

export function paintLedger() {
	const last = [...sold.values()].sort((a, b) => Date.parse(b.endsAt) - Date.parse(a.endsAt)).slice(0, LENGTH);
	byId('ledger-empty').hidden = last.length > 0;
	byId('ledger').replaceChildren(...last.map(line));
}

function line(item) {
	const line = document.createElement('li');
	tint(line, item.lot);
	line.classList.toggle('mine', leads(item));
	line.append(picture(item.lot), text('span', item.lot.title, 'what'),
			text('span', leads(item) ? 'You' : item.bids[0].bidder, 'who'), text('span', money.format(item.price), 'sum'));
	return line;
}

function picture({ art }) {
	const svg = document.createElementNS(SVG, 'svg');
	const use = document.createElementNS(SVG, 'use');
	for (const [name, value] of [['href', '#art-' + art], ['width', 200], ['height', 150]]) {
		use.setAttribute(name, value);
	}
	svg.setAttribute('viewBox', '30 8 140 134');
	svg.setAttribute('aria-hidden', 'true');
	svg.append(use);
	return svg;
}
