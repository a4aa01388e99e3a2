package io.github.cometspring.web.golden;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.cometspring.channel.ChannelName;
import io.github.cometspring.control.CometCommand;
import io.github.cometspring.protocol.LegacyCodec;
import io.github.cometspring.protocol.LegacyEntry;
import io.github.cometspring.web.golden.Transcript.Step;
import io.github.cometspring.web.golden.Transcript.Turn;

/**
 * A model of the protocol (section 2) that predicts the facets of a transcript by a few
 * rules, without exceptions for single transcripts. Other tests verify the codec, which
 * the model uses.
 */
final class ProtocolModel {

	private static final int MAX_REQUEST_SIZE = 16 * 1024;

	private static final int MAX_CHANNELS = 100;

	private static final Duration NEVER = Duration.ofSeconds(5);

	private final Transcript transcript;

	private final Set<String> channels = new HashSet<>();

	private final Set<String> dropped = new HashSet<>();

	private final Map<String, String> outcomes = new LinkedHashMap<>();

	private final Facets expected = new Facets();

	private boolean active = true;

	private Duration timeout;

	private ProtocolModel(Transcript transcript) {
		this.transcript = transcript;
		this.timeout = Duration.ofMillis(Math.round(1000 * transcript.timeout()));
		transcript.channels().stream().filter(ChannelName::isValid).forEach(this.channels::add);
	}

	static Facets expect(Transcript transcript) {
		return new ProtocolModel(transcript).run();
	}

	private Facets run() {
		this.transcript.before().forEach((turn) -> turn.steps().forEach(this::take));
		Turn.tags(this.transcript.during()).forEach((tag) -> this.outcomes.put(tag, "none"));
		List<String> ids = poll();
		this.transcript.recorded()
			.values()
			.keySet()
			.stream()
			.filter((facet) -> facet.contains("listeners of "))
			.forEach((facet) -> this.expected.with(facet, 0));
		ids.forEach((id) -> this.expected.values()
			.computeIfPresent("listeners of " + Facets.channel(id), (key, value) -> "1"));
		this.outcomes.forEach((tag, outcome) -> this.expected.with("outcome " + tag, outcome));
		if (!this.expected.values().get("status").startsWith("none")) {
			this.expected.with("connection", this.transcript.protocol().equals("HTTP/1.0") ? "closed" : "kept");
		}
		return this.expected;
	}

	/** Answers the request, and returns the channels that the poll listened to. */
	private List<String> poll() {
		boolean ownPath = this.transcript.path().equals("/comet");
		if (!this.transcript.method().equals("POST")) {
			return atOnce(ownPath ? 405 : 404);
		}
		if (this.transcript.requestHeaders().stream().anyMatch((line) -> line.startsWith("Content-Type:"))
				|| !LegacyCodec.isLegacyMediaType(this.transcript.contentType())) {
			return atOnce(ownPath ? 415 : 404);
		}
		if (!this.active) {
			return atOnce(503, "");
		}
		if (this.transcript.requestBody().length > MAX_REQUEST_SIZE) {
			return atOnce(413);
		}
		List<String> ids = LegacyCodec.decodeRegistration(this.transcript.requestBody());
		if (ids.size() > MAX_CHANNELS) {
			return atOnce(400);
		}
		if (ids.isEmpty()) {
			return atOnce(400, LegacyCodec.EMPTY_REGISTRATION);
		}
		List<LegacyEntry> unknown = ids.stream()
			.filter((id) -> !this.channels.contains(id))
			.map(LegacyEntry::ended)
			.toList();
		if (!unknown.isEmpty() || this.timeout.isZero()) {
			return atOnce(200, entries(unknown));
		}
		this.expected.with("answer", "after waiting");
		hold(ids);
		return ids;
	}

	private void hold(List<String> ids) {
		for (Turn turn : this.transcript.during()) {
			if (answerAfter(turn, ids)) {
				return;
			}
		}
		if (this.timeout.compareTo(NEVER) > 0) {
			this.expected.with("status", "none: it goes on waiting");
		}
		else {
			answer(200, "");
		}
	}

	private boolean answerAfter(Turn turn, List<String> ids) {
		Map<String, List<LegacyEntry>> pending = new LinkedHashMap<>();
		ids.forEach((id) -> pending.put(id, new ArrayList<>()));
		for (Step step : turn.steps()) {
			boolean quiet = pending.values().stream().allMatch(List::isEmpty);
			if (take(step) && quiet) {
				answer(503, "");
				// A client that still waits does not get messages of this turn.
				Turn.tags(List.of(turn)).forEach((tag) -> this.outcomes.put(tag, "Failure"));
				return true;
			}
			if (step instanceof Step.Write write && pending.containsKey(write.channel())) {
				pending.get(write.channel()).add(LegacyEntry.message(write.channel(), write.message()));
				this.outcomes.computeIfPresent(String.valueOf(write.tag()), (tag, outcome) -> "Success");
			}
			ids.stream()
				.filter((id) -> !this.channels.contains(id))
				.forEach((id) -> pending.get(id).add(LegacyEntry.ended(id)));
		}
		List<LegacyEntry> entries = pending.values().stream().flatMap(List::stream).toList();
		if (!entries.isEmpty()) {
			answer(200, entries(entries));
		}
		return !entries.isEmpty();
	}

	/** Takes a step, and returns whether it ends waiting polls. */
	private boolean take(Step step) {
		if (step instanceof Step.Drop drop) {
			this.dropped.add(drop.channel());
		}
		else if (step instanceof Step.CollectGarbage) {
			this.channels.removeAll(this.dropped);
		}
		else if (step instanceof Step.Command line) {
			CometCommand command = CometCommand.parse(line.line()).orElseThrow();
			if (command instanceof CometCommand.SetTimeout set) {
				this.timeout = this.expected.values().containsKey("answer") ? this.timeout : set.timeout();
				return set.kill();
			}
			this.active = command instanceof CometCommand.Activate;
			return !this.active;
		}
		return false;
	}

	private List<String> atOnce(int status) {
		this.expected.with("answer", "at once").with("status", status);
		return List.of();
	}

	private List<String> atOnce(int status, String body) {
		this.expected.with("answer", "at once");
		answer(status, body);
		return List.of();
	}

	private void answer(int status, String body) {
		this.expected.with("status", status)
			.with("media type", "text/plain")
			.with("body", Facets.visible(body.getBytes(StandardCharsets.UTF_8)));
	}

	private static String entries(List<LegacyEntry> entries) {
		return new String(LegacyCodec.encodeEntries(entries), StandardCharsets.UTF_8);
	}

}
