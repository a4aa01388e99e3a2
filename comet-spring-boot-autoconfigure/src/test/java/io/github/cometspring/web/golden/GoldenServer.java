package io.github.cometspring.web.golden;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelName;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.control.CometCommand;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.SingleLoop;
import io.github.cometspring.web.golden.Transcript.Step;
import io.github.cometspring.web.golden.Transcript.Turn;

/**
 * A server with a single event loop, so that steps of one turn of the original run in one
 * turn here. Between two transcripts its state is reset.
 */
final class GoldenServer implements AutoCloseable {

	private static final long PATIENCE_SECONDS = 10;

	private final CometServer server;

	private final Map<String, Channel> channels = new TreeMap<>();

	private final List<Channel> dropped = new ArrayList<>();

	private final Map<String, CompletableFuture<Outcome>> deliveries = new TreeMap<>();

	/** The steps of a turn, which may not be done when the turn is over. */
	private final List<CompletableFuture<?>> taken = new ArrayList<>();

	GoldenServer(String... properties) {
		this.server = CometServer.start(new Class<?>[] { SingleLoop.class }, properties);
	}

	int port() {
		return this.server.port();
	}

	CometServer application() {
		return this.server;
	}

	/** Resets the state. */
	void reset(Duration timeout) {
		this.server.channels().list().flatMap(Channel::close).blockLast(Duration.ofSeconds(PATIENCE_SECONDS));
		this.server.control().activate().block();
		this.server.control().setTimeout(timeout, true).block();
		this.channels.clear();
		this.dropped.clear();
		this.deliveries.clear();
		barrier();
	}

	/** Creates a channel, if one of that name can exist here. */
	void create(String name) {
		if (ChannelName.isValid(name)) {
			this.channels.put(name, this.server.channels().obtain(name).block());
		}
	}

	boolean has(String channel) {
		Channel found = this.channels.get(channel);
		return found != null && !this.dropped.contains(found);
	}

	int listeners(String channel) {
		Channel found = this.channels.get(channel);
		return (found != null) ? found.subscribers() : 0;
	}

	int listeners() {
		return this.channels.values().stream().mapToInt(Channel::subscribers).sum();
	}

	/** Takes steps in one turn of the event loop. */
	void take(Turn turn) {
		SingleLoop.run(this.server, () -> turn.steps().forEach(this::take));
		this.taken
			.forEach((step) -> step.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).handle((done, ex) -> done).join());
		this.taken.clear();
		this.server.settle();
		barrier();
	}

	private void take(Step step) {
		if (step instanceof Step.Command command) {
			CometCommand.parse(command.line())
				.ifPresent((parsed) -> this.taken.add(this.server.bean(CometControl.class).execute(parsed).toFuture()));
		}
		else if (step instanceof Step.Drop drop) {
			Channel channel = this.channels.get(drop.channel());
			if (channel != null) {
				this.dropped.add(channel);
			}
		}
		else if (step instanceof Step.CollectGarbage) {
			// This server does not end channels by garbage collection: close() replaces
			// it.
			this.dropped.forEach((channel) -> this.taken.add(channel.close().toFuture()));
		}
		else if (step instanceof Step.Write write) {
			write(write);
		}
	}

	private void write(Step.Write write) {
		Channel channel = this.channels.get(write.channel());
		if (channel == null) {
			return;
		}
		if (write.tag() != null) {
			this.deliveries.put(write.tag(), channel.deliver(write.message()).toFuture());
		}
		else {
			this.taken.add(channel.publish(write.message()).toFuture());
		}
	}

	/** The outcome of a delivery, in the terms of the original. */
	String outcome(String tag) {
		CompletableFuture<Outcome> delivery = this.deliveries.get(tag);
		return (delivery != null) ? describe(delivery.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join()) : "none";
	}

	static String describe(Outcome outcome) {
		if (outcome.delivered() + outcome.failed() == 0) {
			return "none";
		}
		return (outcome.failed() == 0) ? "Success" : "Failure";
	}

	/** Waits until the event loop has run all tasks submitted so far. */
	void barrier() {
		SingleLoop.run(this.server, () -> {
		});
	}

	@Override
	public void close() {
		this.server.close();
	}

}
