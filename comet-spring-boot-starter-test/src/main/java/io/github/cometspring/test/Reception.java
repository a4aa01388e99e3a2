package io.github.cometspring.test;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.client.ReceivedMessage;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription has received over all of its connections: the cursor, the channels
 * that have not ended, and the events for the test. Only the present connection counts:
 * what an older one still brings after it was cut is lost, as with a real network.
 * <p>
 * Thread-safe: its monitor guards all state.
 */
final class Reception {

	private final Inbox inbox = new Inbox();

	private final Set<String> channels;

	private final Set<String> gaps = new HashSet<>();

	private Cursor cursor;

	/**
	 * The channels that the server has refused on the last connection that it has served.
	 */
	private Set<String> refusedBefore = Set.of();

	private @Nullable Link present;

	Reception(Collection<String> channels, Cursor from) {
		this.channels = new LinkedHashSet<>(channels);
		this.cursor = from;
	}

	Inbox inbox() {
		return this.inbox;
	}

	synchronized Cursor cursor() {
		return this.cursor;
	}

	/**
	 * Moves to a cursor that the test has chosen.
	 */
	synchronized void moveTo(Cursor cursor) {
		this.cursor = cursor;
	}

	synchronized List<String> channels() {
		return List.copyOf(this.channels);
	}

	/**
	 * Begins a connection, which replaces the present one.
	 * @param resumes whether there was one before
	 */
	synchronized Link begin(boolean resumes) {
		this.inbox.setOver(false);
		Link link = new Link(resumes);
		this.present = link;
		return link;
	}

	/**
	 * Ignores the present connection from now on.
	 */
	synchronized void cut() {
		this.present = null;
	}

	/**
	 * One connection, as the code sees it that reads from the server.
	 */
	final class Link {

		private final boolean resumes;

		private final CompletableFuture<Void> admitted = new CompletableFuture<>();

		private final Set<String> refused = new LinkedHashSet<>();

		private boolean disconnected;

		private Link(boolean resumes) {
			this.resumes = resumes;
		}

		/**
		 * Whether the client has been connected before.
		 */
		boolean resumes() {
			return this.resumes;
		}

		/**
		 * Completes when the server serves the client, or fails if it does not.
		 */
		CompletableFuture<Void> admitted() {
			return this.admitted;
		}

		Cursor cursor() {
			return Reception.this.cursor();
		}

		List<String> channels() {
			return Reception.this.channels();
		}

		/**
		 * Whether there is a channel that has not ended and is not refused.
		 */
		boolean isOpen() {
			synchronized (Reception.this) {
				return isPresent() && !this.disconnected && !this.refused.containsAll(Reception.this.channels);
			}
		}

		/**
		 * Whether the server refuses all channels that have not ended.
		 */
		boolean isRefused() {
			synchronized (Reception.this) {
				return !this.refused.isEmpty() && this.refused.containsAll(Reception.this.channels);
			}
		}

		private boolean isPresent() {
			return Reception.this.present == this;
		}

		/**
		 * Moves to a cursor of the server. From the first one on, the client misses
		 * nothing.
		 */
		void moveTo(Cursor cursor) {
			synchronized (Reception.this) {
				if (isPresent()) {
					Reception.this.cursor = cursor;
					Reception.this.refusedBefore = this.refused;
				}
			}
			admit();
		}

		/**
		 * Tells that the server serves the client.
		 */
		void admit() {
			if (!this.admitted.isDone()) {
				Reception.this.inbox.note("connected");
				this.admitted.complete(null);
			}
		}

		void message(String channel, String json) {
			CometEvent event = null;
			synchronized (Reception.this) {
				if (isPresent()) {
					event = new CometEvent.Message(new ReceivedMessage(channel, json, Reception.this.cursor,
							Reception.this.gaps.remove(channel)));
				}
			}
			add(event);
		}

		void gap(String channel) {
			CometEvent event = null;
			synchronized (Reception.this) {
				if (isPresent()) {
					Reception.this.gaps.add(channel);
					event = new CometEvent.Gap(channel);
				}
			}
			add(event);
		}

		void end(String channel) {
			CometEvent event = null;
			synchronized (Reception.this) {
				if (isPresent() && Reception.this.channels.remove(channel)) {
					event = new CometEvent.Ended(channel);
				}
			}
			add(event);
		}

		/**
		 * Ends all channels but those that the server has refused before: its answer need
		 * not name them again.
		 */
		void endAll() {
			List<String> refusedBefore;
			synchronized (Reception.this) {
				refusedBefore = List.copyOf(Reception.this.refusedBefore);
			}
			refusedBefore.forEach(this::refuse);
			channels().stream().filter((channel) -> !refusedBefore.contains(channel)).forEach(this::end);
		}

		/**
		 * Tells of a refusal, once for each connection.
		 */
		void refuse(String channel) {
			CometEvent event = null;
			synchronized (Reception.this) {
				if (isPresent() && Reception.this.channels.contains(channel) && this.refused.add(channel)) {
					event = new CometEvent.Refused(channel);
				}
			}
			add(event);
		}

		/**
		 * Tells that the server has ended the connection, unless it was said before.
		 */
		void disconnect(CometRefusal.@Nullable Reason reason, String detail) {
			CometEvent event = null;
			synchronized (Reception.this) {
				if (isPresent() && !this.disconnected) {
					this.disconnected = true;
					event = new CometEvent.Disconnected(reason, detail);
				}
			}
			add(event);
		}

		private void add(@Nullable CometEvent event) {
			if (event != null) {
				Reception.this.inbox.add(event);
			}
		}

		/**
		 * Ends the connection, as the server has ended it without an error.
		 */
		void complete() {
			if (isOpen()) {
				disconnect(null, "without a reason");
			}
			this.admitted.complete(null);
			endInbox();
		}

		/**
		 * Ends the connection with an error: a refusal, if the client has not been
		 * served.
		 */
		void fail(Throwable error) {
			if (!this.admitted.completeExceptionally(error)) {
				CometRefusal refusal = (error instanceof RefusedException refused) ? refused.refusal() : null;
				disconnect((refusal != null) ? refusal.reason() : null,
						(refusal != null) ? refusal.toString() : error.toString());
			}
			endInbox();
		}

		private void endInbox() {
			boolean present;
			synchronized (Reception.this) {
				present = isPresent();
			}
			if (present) {
				Reception.this.inbox.setOver(true);
			}
		}

	}

}
