// The types of other packages that those of this one need, for its tests.

declare module 'vue' {
	export interface ShallowRef<T> {
		value: T;
	}
	export type MaybeRefOrGetter<T> = T | ShallowRef<T> | (() => T);
}

declare module 'svelte/store' {
	export interface Readable<T> {
		subscribe(run: (value: T) => void, invalidate?: () => void): () => void;
	}
}
