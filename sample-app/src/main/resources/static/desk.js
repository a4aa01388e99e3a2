// The operator's desk: the state from the actuator, and its three commands.

import { comet } from './connection.js';
import { byId, protection } from './page.js';

const DESK = 'actuator/comet';
const DESK_EVERY = 3000;
let deskTimer;

class Refused extends Error {
	constructor(answer) {
		super(`${answer.url} answered ${answer.status}`);
		this.status = answer.status;
	}
}

async function askDesk(path, body) {
	const headers = { ...protection(), ...body && { 'Content-Type': 'application/json' } };
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
	command('/set_timeout', `Timeout ${seconds} s${kill ? '; clients reconnect.' : ' from the next poll on.'}`,
			JSON.stringify({ timeout: `PT${seconds}S`, kill }));
});

comet.addEventListener('state', ({ detail }) => detail.state === 'open' && showDesk());
comet.addEventListener('error', showDesk);
showDesk();
