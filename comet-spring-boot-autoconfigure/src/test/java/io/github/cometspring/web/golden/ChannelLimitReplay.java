package io.github.cometspring.web.golden;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.cometspring.autoconfigure.CometAutoConfiguration;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.TooManyChannelsException;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * A limit in the original's configuration file, and the channels that could be created
 * under it. Here the limit is a property, so the structure of the file does not matter.
 *
 * @param transcript the recording
 */
record ChannelLimitReplay(Transcript transcript) implements SequenceReplay {

	private static final Pattern ATTRIBUTE = Pattern.compile("max(?:_virtual_channels)?=\"([^\"]*)\"");

	private static final Pattern LIMIT = Pattern.compile("limit (\\d+)");

	private static final int MANY = 10;

	private static final String REFUSED = "Too_many_virtual_channels";

	@Override
	public Facets recorded() {
		Facets facets = new Facets();
		if (this.transcript.has("results")) {
			List<String> results = new ArrayList<>();
			this.transcript.json().get("results").forEach((result) -> results.add(result.asString()));
			return facets.with("results", results);
		}
		String observed = this.transcript.text("observed");
		Matcher limit = LIMIT.matcher(observed);
		if (observed.contains("every create raises")) {
			return facets.with("limit", 0);
		}
		return facets.with("limit",
				limit.find() ? limit.group(1) : observed.contains("creates ok") ? "none" : observed);
	}

	@Override
	public Facets run() {
		AtomicReference<Facets> seen = new AtomicReference<>();
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(CometAutoConfiguration.class))
			.withPropertyValues("comet.max-virtual-channels=" + value())
			.run((context) -> seen.set(
					(context.getStartupFailure() != null) ? new Facets().with("limit", "the application does not start")
							: run(context.getBean(Channels.class))));
		return seen.get();
	}

	private String value() {
		JsonNode value = this.transcript.json().get("value");
		if (value != null) {
			return value.asString();
		}
		Matcher attribute = ATTRIBUTE.matcher(this.transcript.text("why"));
		return attribute.find() ? attribute.group(1) : "";
	}

	private Facets run(Channels channels) {
		if (this.transcript.has("commands")) {
			return new Facets().with("results", new Program(channels).run(this.transcript.text("commands")));
		}
		int created = 0;
		while (created < MANY && create(channels.create("channel-" + created), new HashMap<>()).equals("ok")) {
			created++;
		}
		return new Facets().with("limit", (created < MANY) ? created : "none");
	}

	private static String create(Mono<Channel> creation, Map<String, Channel> program) {
		try {
			Channel channel = creation.blockOptional().orElseThrow();
			program.put(channel.id(), channel);
			return "ok";
		}
		catch (TooManyChannelsException ex) {
			return REFUSED;
		}
	}

	/**
	 * The program of a recording: {@code create a,b; anonymous; drop a; gc}.
	 */
	private static final class Program {

		private final Channels channels;

		private final Map<String, Channel> known = new HashMap<>();

		private final List<Channel> dropped = new ArrayList<>();

		private final List<String> results = new ArrayList<>();

		Program(Channels channels) {
			this.channels = channels;
		}

		List<String> run(String commands) {
			for (String command : commands.split(";")) {
				String[] words = command.strip().split(" ", 2);
				switch (words[0]) {
					case "create" -> List.of(words[1].split(","))
						.forEach((name) -> this.results.add(create(this.channels.create(name), this.known)));
					case "anonymous" -> this.results.add(create(this.channels.create(), this.known));
					case "drop" -> drop(words[1]);
					case "gc" -> collect();
					default -> throw new IllegalArgumentException(command);
				}
			}
			return this.results;
		}

		private void drop(String name) {
			this.dropped.add(this.known.remove(name));
			this.results.add("ok");
		}

		private void collect() {
			// This server does not end channels by garbage collection: close() replaces
			// it.
			this.dropped.forEach((channel) -> channel.close().block());
			this.results.add("ok");
		}

	}

}
