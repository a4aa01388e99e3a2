// Is compiled and not run: what an application with React, Svelte or Vue may write, with the strictest options.
import { Comet } from '../comet.js';
import { useChannel, useComet } from '../react.js';
import { channel } from '../svelte.js';
import { useChannel as useVueChannel } from '../vue.js';

interface Bid {
	amount: number;
}

declare const perhaps: { text?: string; comet?: Comet };

const comet: Comet | null = useComet('/comet', { transports: ['sse'] });
const bid: Bid | undefined = useChannel<Bid>(comet, { channel: 'a', cursor: perhaps.text });
useChannel<Bid>(perhaps.comet, perhaps.text, ({ amount }) => amount.toFixed(), { ongap: undefined });
useChannel(comet, null, null, { onended: () => console.log(bid?.amount) });
// @ts-expect-error the listener of a Bid
useChannel<Bid>(comet, 'a', (text: string) => text.trim());

const leave = channel<Bid>(new Comet('/comet'), 'a').subscribe((message) => message?.amount.toFixed());
leave();
// @ts-expect-error a store needs a connection
channel(comet, 'a');

const last = useVueChannel<Bid>(() => perhaps.comet, () => perhaps.text, ({ amount }) => amount.toFixed());
last.value?.amount.toFixed();
useVueChannel(null, { channel: 'a', cursor: null }, undefined, { onended: () => {} });
// @ts-expect-error it cannot be set
last.value = undefined;
