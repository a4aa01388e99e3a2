// Hooks for React.

import { useEffect, useRef, useState } from 'react';
import { Comet } from './comet.js';

// A connection as long as the component is mounted. The text of the path counts, as a rendering may make a new URL of it.
export function useComet(path, options) {
	const [comet, setComet] = useState(null);
	useEffect(() => {
		const opened = new Comet(path, options);
		setComet(opened);
		return () => opened.close();
	}, [String(path)]);
	return comet;
}

// The last message of a channel. The listener, the grant and the other options are those of the last rendering.
export function useChannel(comet, target, listener, options) {
	const channel = target?.channel ?? target;
	const [last, setLast] = useState(null);
	const latest = useRef(null);
	useEffect(() => {
		latest.current = { target, listener, options };
	});
	useEffect(() => {
		// A new path of useComet has closed it, and brings another.
		if (!comet || comet.state === 'closed' || channel == null) {
			return undefined;
		}
		const tell = (name) => (...details) => latest.current.options?.[name]?.(...details);
		const grant = () => {
			const given = latest.current.options?.grant;
			return typeof given === 'function' ? given() : given;
		};
		const subscription = comet.subscribe(latest.current.target, (data) => {
			latest.current.listener?.(data);
			setLast({ comet, channel, data });
		}, {
			...latest.current.options, onended: tell('onended'), ongap: tell('ongap'), onerror: tell('onerror'),
			// A subscription without a grant leaves the channel that of another.
			grant: latest.current.options?.grant && grant,
		});
		return () => subscription.close();
	}, [comet, channel]);
	return last?.comet === comet && last?.channel === channel ? last?.data : undefined;
}
