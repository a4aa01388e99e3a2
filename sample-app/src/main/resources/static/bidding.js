// The bidder's name, and bids: a POST each.

import { byId, money, protection } from './page.js';

export const bidder = byId('bidder');

export function leads(item) {
	return item.bids.length > 0 && item.bids[0].bidder === bidder.value.trim();
}

export async function bid(card, entered) {
	const { item } = card;
	card.involved = true;
	const plain = String(entered).replace(/[\s€,]/g, '');
	const amount = /^-?\d+$/.test(plain) ? Number(plain) : entered; // the server refuses what is not a number
	if (plain === '') {
		card.say(`Say how much: ${money.format(item.minimum)} or more.`, 'bad');
		card.own.focus();
		return;
	}
	try {
		const answer = await fetch(`api/items/${encodeURIComponent(item.id)}/bids`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', ...protection() },
			body: JSON.stringify({ bidder: bidder.value, amount })
		});
		const body = await answer.json();
		if (answer.ok) {
			card.own.value = '';
			card.say(`Your bid of ${money.format(amount)} stands.`, 'good');
			card.update(body);
		}
		else {
			card.say(body.detail ?? 'The house did not take that bid.', 'bad');
		}
	}
	catch {
		card.say('The bid did not reach the house. Please bid again.', 'bad');
	}
}

// A private window may refuse storage; the name is then lost with the page.
function remember(name) {
	try {
		localStorage.setItem('bidder', name);
	}
	catch {}
}

function recall() {
	try {
		return localStorage.getItem('bidder');
	}
	catch {}
}

bidder.value = recall() || 'Paddle ' + (100 + Math.floor(Math.random() * 900));
remember(bidder.value);
bidder.addEventListener('change', () => {
	bidder.value = bidder.value.trim() || recall() || 'Paddle 1';
	remember(bidder.value);
});
bidder.addEventListener('keydown', (event) => event.key === 'Enter' && bidder.blur());
