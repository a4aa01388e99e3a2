// The lots on the floor and their order.

import { bidder } from './bidding.js';
import { Card } from './card.js';
import { enter, paintLedger } from './ledger.js';
import { byId } from './page.js';

const REST = 4000; // a sold lot stays at least that long

const lots = byId('lots');
const cards = new Map(); // by channel id
let clockOffset = 0; // the server's clock minus this one's, in ms

export function setClock(now) {
	clockOffset = Date.parse(now) - Date.now();
}

export function show(item) {
	const card = cards.get(item.id);
	if (card) {
		card.update(item);
	}
	else if (item.phase === 'OPEN') {
		place(new Card(item, () => Date.now() + clockOffset));
	}
	enter(item);
	count();
}

// A new lot replaces one that was sold, so that no lot moves under the finger of a bidder.
function place(card) {
	const free = [...lots.children].find(mayLeave);
	cards.set(card.item.id, card);
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
	const { fallenAt } = cards.get(root.dataset.item);
	return fallenAt && Date.now() - fallenAt > REST && !root.contains(document.activeElement);
}

export function isOpen(id) {
	return cards.get(id)?.open ?? false;
}

export function withdraw(id) {
	cards.get(id).withdraw();
	count();
}

export function remove(id) {
	cards.get(id)?.root.remove();
	cards.delete(id);
	count();
}

export function shown() {
	return [...cards.keys()];
}

function count() {
	const open = [...cards.values()].filter((card) => card.open).length;
	byId('floor-count').textContent = open === 1 ? '1 lot open' : `${open} lots open`;
	byId('empty').hidden = cards.size > 0;
}

// Sold lots at the end are removed, as no lot after them would move.
setInterval(() => {
	if (cards.size > 1 && mayLeave(lots.lastElementChild)) {
		remove(lots.lastElementChild.dataset.item);
	}
}, REST);

setInterval(() => cards.forEach((card) => card.open && card.tick()), 250);

bidder.addEventListener('change', () => {
	cards.forEach((card) => card.paint());
	paintLedger();
});
