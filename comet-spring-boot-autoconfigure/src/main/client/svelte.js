// A store for Svelte.

import { readable } from 'svelte/store';

// The last message of a channel, which is listened to as long as anything subscribes to the store.
export function channel(comet, target, options) {
	return readable(undefined, (set) => {
		const subscription = comet.subscribe(target, (data) => set(data), options);
		return () => subscription.close();
	});
}
