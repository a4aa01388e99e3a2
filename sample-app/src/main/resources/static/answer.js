// The page of an answer that outlives its request.
//
// POST api/answers gives the channel of the answer and the cursor at its beginning. Both go into the address of the page.
// So a reload, or a second tab with this address, subscribes from the beginning, and gets the whole answer out of the history
// and then what is still being written. DELETE api/answers/… stops it.

import { comet } from './connection.js';
import { announce, byId, protection } from './page.js';

const API = 'api/answers';
const CHANNELS = 'answers/';
const WORDS = {
	idle: '',
	asking: 'Asking…',
	waiting: 'Listening…',
	writing: 'She is writing…',
	finished: 'She has finished.',
	stopped: 'Stopped.',
	abandoned: 'Nobody was listening, so she stopped.',
	gone: 'This answer is no longer kept. Ask again.',
	refused: 'The question was not taken. Ask again.',
};

let subscription;

// Where the address of the page says that the answer begins.
function beginning() {
	const parts = new URLSearchParams(location.hash.slice(1));
	return { name: parts.get('answer'), cursor: parts.get('from') };
}

function enter(state) {
	const running = state === 'waiting' || state === 'writing';
	if (byId('answer').dataset.state !== state) {
		byId('answer').dataset.state = state;
		byId('state').textContent = WORDS[state];
	}
	byId('stop').hidden = !running;
	byId('badge').hidden = !running;
}

const state = () => byId('answer').dataset.state;

function open() {
	subscription?.close();
	subscription = undefined;
	byId('text').textContent = '';
	byId('asked').textContent = '\u00a0';
	const { name, cursor } = beginning();
	byId('second').hidden = !name;
	byId('second').href = location.href;
	if (!name) {
		enter('idle');
		return;
	}
	enter('waiting');
	subscription = comet.subscribe({ channel: CHANNELS + name, cursor }, show, { ongap: missed, onended: end });
}

function show({ kind, text }) {
	if (kind === 'QUESTION') {
		byId('asked').textContent = text;
		enter('writing');
	}
	else if (kind === 'END') {
		enter(text);
		announce(byId('text').textContent);
	}
	else if (state() === 'writing') {
		byId('text').append(text);
	}
}

// The server no longer has the beginning.
function missed() {
	byId('text').append('[…]');
	enter('writing');
}

function end() {
	subscription = undefined;
	if (state() === 'waiting') {
		enter('gone');
	}
	else if (state() === 'writing') {
		enter('abandoned');
	}
}

byId('ask').addEventListener('submit', async (event) => {
	event.preventDefault();
	const question = byId('question').value.trim();
	if (!question) {
		return;
	}
	subscription?.close();
	enter('asking');
	try {
		const answer = await fetch(API, {
			method: 'POST',
			headers: { ...protection(), 'Content-Type': 'application/json' },
			body: JSON.stringify({ question })
		});
		if (!answer.ok) {
			throw new Error(`HTTP ${answer.status}`);
		}
		const { channel, cursor } = await answer.json();
		byId('question').value = '';
		location.hash = new URLSearchParams({ answer: channel.slice(CHANNELS.length), from: cursor });
	}
	catch {
		enter('refused');
	}
});

byId('stop').addEventListener('click', () => fetch(`${API}/${beginning().name}`, { method: 'DELETE', headers: protection() })
	.catch(() => byId('state').textContent = 'The server does not answer. Try again.'));

addEventListener('hashchange', open);
open();
