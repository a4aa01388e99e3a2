// Functions for all parts of the page.

export const byId = (id) => document.getElementById(id);
export const money = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });

export function text(tag, content, className = '') {
	const element = document.createElement(tag);
	element.textContent = content;
	element.className = className;
	return element;
}

// The colour behind the picture of a lot.
const HUES = { vase: 214, violin: 268, clock: 158, map: 78, chair: 350, ship: 196, telescope: 228, globe: 42, teapot: 142,
	lamp: 186, gramophone: 18, painting: 236 };

export function tint(element, { art }) {
	element.style.setProperty('--hue', HUES[art] ?? 40);
}

// What a request that changes something needs behind Spring Security: the token from its cookie.
export function protection() {
	const token = /(?:^|; )XSRF-TOKEN=([^;]*)/.exec(document.cookie)?.[1];
	return token ? { 'X-XSRF-TOKEN': token } : {};
}

// Announces words to a screen reader.
export function announce(words) {
	byId('announcer').textContent = words;
}
