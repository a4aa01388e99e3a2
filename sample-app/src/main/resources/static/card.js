// One lot on the floor.

import { bid, leads } from './bidding.js';
import { announce, byId, money, text, tint } from './page.js';

const STAMPS = { SOLD: 'Sold', PASSED: 'Passed', WITHDRAWN: 'Withdrawn' };
const still = matchMedia('(prefers-reduced-motion: reduce)');

export class Card {
	involved = false; // whether the visitor bid on it
	fallenAt = 0;
	#shown; // the price, perhaps in the middle of its animation
	#rolling;
	#ofServer; // the server's time

	constructor(item, ofServer) {
		this.item = item;
		this.root = byId('lot-template').content.firstElementChild.cloneNode(true);
		this.#shown = item.price;
		this.#ofServer = ofServer;
		const { root } = this;
		root.dataset.item = item.id;
		tint(root, item.lot);
		root.querySelector('use').setAttribute('href', '#art-' + item.lot.art);
		root.querySelector('article').setAttribute('aria-label', `Lot ${item.number}, ${item.lot.title}`);
		this.#part('tag').textContent = 'Lot ' + item.number;
		this.#part('title').textContent = item.lot.title;
		this.#part('title').title = item.lot.title;
		this.#part('note').textContent = item.lot.note;
		this.own.setAttribute('aria-label', `Your bid on lot ${item.number}, in euros`);
		this.#part('bidding').addEventListener('submit', (event) => {
			event.preventDefault();
			bid(this, this.own.value);
		});
		this.paint();
		this.tick();
	}

	get open() {
		return this.item.phase === 'OPEN';
	}

	// Where the visitor enters a bid.
	get own() {
		return this.#part('own');
	}

	#part(name) {
		return this.root.querySelector('.' + name);
	}

	// A message that comes twice, or late, has no higher version.
	update(item) {
		const before = this.item;
		if (item.version <= before.version) {
			return;
		}
		this.item = item;
		this.paint(before);
		this.tick();
		if (!this.open) {
			this.#fall();
		}
		else if (leads(before) && !leads(item) && item.bids.length) {
			this.root.classList.add('outbid');
			this.say(`${item.bids[0].bidder} outbids you.`, 'bad');
		}
	}

	withdraw() {
		this.update({ ...this.item, version: this.item.version + 1, phase: 'WITHDRAWN' });
	}

	paint(before = this.item) {
		const { item, root } = this;
		const mine = leads(item) && item.phase !== 'WITHDRAWN';
		root.dataset.phase = item.phase;
		root.classList.toggle('mine', mine);
		if (mine) {
			root.classList.remove('outbid');
		}
		this.#roll(item.price, item.price !== before.price);
		this.#part('leader').textContent = item.bids.length
				? `${item.bidCount} ${item.bidCount === 1 ? 'bid' : 'bids'}${mine ? ', you lead' : ''}`
				: 'opening price';
		this.#part('bids').replaceChildren(...item.bids.slice(0, 3).map((bid, i) => {
			const line = document.createElement('li');
			line.append(text('span', bid.bidder), text('span', money.format(bid.amount)));
			line.classList.toggle('new', i === 0 && item.bidCount > before.bidCount);
			return line;
		}));
		this.own.placeholder = item.minimum;
		this.#quickBids();
	}

	#quickBids() {
		const { price, minimum, step, number, bids } = this.item;
		const quick = this.#part('quick');
		if (quick.dataset.from === `${price}/${minimum}`) {
			return;
		}
		quick.dataset.from = `${price}/${minimum}`;
		[bids.length ? 1 : 0, 5].forEach((times, i) => {
			let button = quick.children[i];
			if (!button) { // the buttons stay, so that the focus does
				button = quick.appendChild(text('button', ''));
				button.type = 'button';
				button.addEventListener('click', () => bid(this, button.value));
			}
			button.value = price + times * step;
			button.textContent = times ? '+' + times * step : 'Open';
			button.setAttribute('aria-label', `Bid ${money.format(button.value)} on lot ${number}`);
		});
	}

	// The price runs up to its new value.
	#roll(price, animate) {
		const label = this.#part('price');
		const from = this.#shown;
		const put = (value) => label.textContent = money.format(this.#shown = value);
		cancelAnimationFrame(this.#rolling);
		if (!animate || still.matches || document.hidden) {
			put(price);
			return;
		}
		const start = performance.now();
		const frame = (now) => {
			const done = Math.min(1, Math.max(0, now - start) / 450);
			put(Math.round(from + (price - from) * (1 - (1 - done) ** 3)));
			if (done < 1) {
				this.#rolling = requestAnimationFrame(frame);
			}
		};
		this.#rolling = requestAnimationFrame(frame);
		label.classList.remove('rose');
		void label.offsetWidth; // starts the animation again
		label.classList.add('rose');
	}

	#fall() {
		const { item, root } = this;
		const mine = leads(item) && item.phase === 'SOLD';
		this.fallenAt = Date.now();
		root.classList.remove('outbid');
		this.#part('stamp').textContent = mine ? 'Yours' : STAMPS[item.phase];
		for (const field of this.#part('bidding').elements) {
			field.disabled = true;
		}
		if (item.phase === 'SOLD') {
			this.say(`Sold to ${mine ? 'you' : item.bids[0].bidder} for ${money.format(item.price)}.`, mine ? 'good' : '');
		}
		else {
			this.say(item.phase === 'PASSED' ? 'Nobody bid; the lot goes home.' : 'The house withdrew this lot.', '');
		}
	}

	tick() {
		const { root } = this;
		if (!this.open) {
			root.style.setProperty('--left', 0);
			delete root.dataset.call;
			return;
		}
		const [opens, ends] = [this.item.opensAt, this.item.endsAt].map(Date.parse);
		const left = Math.max(0, ends - this.#ofServer());
		const seconds = Math.ceil(left / 1000);
		const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
		const call = left <= 5000 ? 'twice' : left <= 10000 ? 'once' : '';
		root.dataset.call = call;
		root.style.setProperty('--left', Math.min(1, left / (ends - opens)).toFixed(3));
		this.#part('clock').textContent = call ? `Going ${call} · ${time}` : time;
	}

	say(words, tone) {
		this.#part('word').textContent = words;
		this.#part('word').dataset.tone = tone;
		if (this.involved) { // on all lots, a screen reader would say too much
			announce(`Lot ${this.item.number}: ${words}`);
		}
	}
}
