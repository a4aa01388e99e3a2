// Is compiled and not run: what an application may write, with the strictest options.
import { Comet, type Refusal, type SubscribeOptions, type Transport } from '../comet.js';

declare const perhaps: { text?: string; transports?: Transport[]; headers?: Record<string, string> };
declare const token: () => Promise<string>;

const comet = new Comet('/comet', {
	transports: perhaps.transports,
	credentials: 'include',
	headers: perhaps.headers,
	token: undefined,
	silence: undefined,
	backoff: undefined,
	maxBackoff: undefined,
	pauseWhenHidden: undefined,
	yieldWhenHidden: undefined,
});
new Comet(new URL('https://example.org/comet'), {
	transports: ['sse', 'json'] as const,
	credentials: undefined,
	headers: async () => ({ Authorization: `Bearer ${await token()}` }),
	yieldWhenHidden: false,
});
new Comet('/comet', { token });
new Comet('/comet', { token: () => 't' });
const options: SubscribeOptions = {
	cursor: perhaps.text,
	ongap: undefined,
	onended: undefined,
	onerror: ({ channel, why }: Refusal) => console.log(channel, why === 'forbidden'),
};
comet.subscribe<{ price: number }>({ channel: 'a', cursor: perhaps.text }, ({ price }) => price.toFixed(), options);
comet.subscribe({ channel: 'a', cursor: null }, { onerror: undefined });
comet.subscribe('a', { grant: perhaps.text });
comet.subscribe('a', { grant: () => 'g' });
comet.subscribe('a', { grant: token });
for await (const price of comet.subscribe<number>('a')) {
	price.toFixed();
}
comet.addEventListener('error', ({ detail: { transport, channel, why, status, message, code } }) =>
	console.log(transport?.length, channel?.length, why, status, message, code));
comet.addEventListener('state', ({ detail: { state, transport } }) => console.log(state === 'open', transport));

// @ts-expect-error there is no such transport
new Comet('/comet', { transports: ['pigeon'] });
// @ts-expect-error a token is asked for, as it expires
new Comet('/comet', { token: 't' });
// @ts-expect-error the name of an option
comet.subscribe('a', () => {}, { onrefused: () => {} });
