package io.github.cometspring.subscription;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Records the events that it receives.
 */
final class RecordingListener implements SubscriptionListener {

	/** What happened, in order, each as words. */
	final List<String> events = new CopyOnWriteArrayList<>();

	@Override
	public void connected(Transport transport) {
		this.events.add(transport.id() + " connected");
	}

	@Override
	public void subscribed(Transport transport, Set<String> channels) {
		this.events.add(transport.id() + " subscribed " + new TreeSet<>(channels));
	}

	@Override
	public void delivered(Transport transport, long messages) {
		this.events.add(transport.id() + " delivered " + messages);
	}

	@Override
	public void gap(Transport transport, String channel) {
		this.events.add(transport.id() + " gap " + channel);
	}

	@Override
	public void channelsRefused(Transport transport, Refusals refused) {
		this.events.add(transport.id() + " channels refused " + refused.reasons());
	}

	@Override
	public void refused(Transport transport, SubscriptionRejectedException.Reason reason) {
		this.events.add(transport.id() + " refused " + reason);
	}

	@Override
	public void ended(Transport transport, EndReason reason) {
		this.events.add(transport.id() + " ended " + reason);
	}

}
