// Records all messages of one lot: ?lot=…&transports=…

import { Comet } from './comet/comet.js';

const asked = new URLSearchParams(location.search);
const comet = new Comet('comet', { transports: asked.get('transports').split(','), backoff: 100 });
const witness = window.witness = { bids: [], gaps: 0, ends: 0, cuts: 0 };

comet.addEventListener('state', ({ detail }) => {
	document.querySelector('#state').textContent = detail.transport ?? detail.state;
});
comet.addEventListener('error', () => witness.cuts++);

const { items } = await (await fetch('api/items')).json();
const { handle } = items.find(({ item }) => item.id === asked.get('lot'));
comet.subscribe(handle, ({ bidCount }) => witness.bids.push(bidCount), {
	ongap: () => witness.gaps++,
	onended: () => witness.ends++
});
