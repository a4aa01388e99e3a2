// A composable for Vue.

import { shallowRef, toValue, watch } from 'vue';

// The last message of a channel. Listens as long as the component or effect scope lives.
export function useChannel(comet, target, listener, options) {
	const last = shallowRef();
	const channel = () => toValue(target)?.channel ?? toValue(target);
	watch([() => toValue(comet), channel], ([comet, channel], before, onCleanup) => {
		last.value = undefined;
		if (comet && channel != null) {
			const subscription = comet.subscribe(toValue(target), (data) => {
				last.value = data;
				listener?.(data);
			}, options);
			onCleanup(() => subscription.close());
		}
	}, { immediate: true });
	return last;
}
