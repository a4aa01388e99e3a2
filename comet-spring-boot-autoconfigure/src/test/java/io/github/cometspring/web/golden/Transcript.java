package io.github.cometspring.web.golden;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A recording of the original server. One class, as reading and comparing a record need
 * the same pieces of it.
 *
 * @param json the record
 */
record Transcript(JsonNode json) {

	static final List<String> FILES = List.of("/golden/requests.jsonl", "/golden/sequences.jsonl");

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private static final Set<String> REQUEST_FIELDS = Set.of("method", "path", "proto", "content_type", "headers",
			"body", "body_hex", "no_body");

	private static final String NO_CHANNEL = "nochan";

	static List<Transcript> all() {
		return FILES.stream().flatMap((file) -> read(file).stream()).toList();
	}

	private static List<Transcript> read(String file) {
		InputStream resource = Objects.requireNonNull(Transcript.class.getResourceAsStream(file), file);
		try (BufferedReader reader = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
			return reader.lines().filter((line) -> !line.isBlank()).map(Transcript::parse).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Transcript parse(String line) {
		JsonNode json = MAPPER.readTree(line);
		List<String> unknown = json.path("request")
			.propertyStream()
			.map(Map.Entry::getKey)
			.filter((field) -> !REQUEST_FIELDS.contains(field))
			.toList();
		if (!unknown.isEmpty()) {
			throw new IllegalArgumentException("Cannot replay " + unknown + " in " + line);
		}
		return new Transcript(json);
	}

	String name() {
		return this.json.get("name").asString();
	}

	/**
	 * Whether it is a single request, byte for byte, and not a sequence of several.
	 */
	boolean isRequest() {
		return this.json.has("request");
	}

	/**
	 * Whether the replay says nothing on two nodes: another node does not hear the steps
	 * of a turn at once, and {@code deliver()} waits for the clients of its own node.
	 */
	boolean needsOneNode() {
		return isRequest() ? Stream.concat(before().stream(), during().stream()).anyMatch(Turn::needsOneNode)
				: has("outcomes") || name().startsWith("disconnect");
	}

	boolean has(String field) {
		return this.json.hasNonNull(field);
	}

	String text(String field) {
		return this.json.get(field).asString();
	}

	String method() {
		return this.json.at("/request/method").asString();
	}

	String path() {
		return this.json.at("/request/path").asString();
	}

	String protocol() {
		return this.json.at("/request/proto").asString("HTTP/1.1");
	}

	@Nullable String contentType() {
		JsonNode contentType = this.json.at("/request/content_type");
		return contentType.isString() ? contentType.asString() : null;
	}

	List<String> requestHeaders() {
		return strings(this.json.at("/request/headers"));
	}

	byte[] requestBody() {
		return bytes(this.json.at("/request/body_hex"));
	}

	boolean hasNoBody() {
		return this.json.at("/request/no_body").asBoolean(false);
	}

	double timeout() {
		return this.json.get("timeout_s").asDouble();
	}

	/** The names of the original's channels, most of which are valid here. */
	List<String> channels() {
		return StreamSupport.stream(this.json.get("channels_hex").spliterator(), false)
			.map((name) -> decode(bytes(name)))
			.toList();
	}

	/** The steps before the request: commands, then publications. */
	List<Turn> before() {
		List<Turn> turns = new ArrayList<>(commands("before"));
		if (has("writes_before_request")) {
			turns.add(new Turn(writes("writes_before_request")));
		}
		return turns;
	}

	/** The steps while the poll waited. */
	List<Turn> during() {
		List<Turn> turns = new ArrayList<>(commands("during"));
		Map<Integer, List<Step>> batches = new TreeMap<>();
		this.json.get("writes")
			.forEach((write) -> batches.computeIfAbsent(write.path("batch").asInt(0), (key) -> new ArrayList<>())
				.add(write(write)));
		batches.values().forEach((batch) -> turns.add(new Turn(tagged(batch))));
		return turns;
	}

	private List<Turn> commands(String field) {
		return strings(this.json.path(field)).stream().map(Turn::parse).toList();
	}

	private List<Step> writes(String field) {
		return StreamSupport.stream(this.json.get(field).spliterator(), false).map(Transcript::write).toList();
	}

	private static Step write(JsonNode json) {
		boolean outcome = json.path("outcome_requested").asBoolean(false);
		return new Step.Write(decode(bytes(json.get("channel_hex"))), decode(bytes(json.get("message_hex"))),
				outcome ? "t" : null);
	}

	/** The recording named notifiers 't', and several of them after their channels. */
	private static List<Step> tagged(List<Step> steps) {
		boolean several = steps.stream().filter((step) -> ((Step.Write) step).tag() != null).count() > 1;
		return several ? steps.stream().<Step>map((step) -> ((Step.Write) step).taggedByChannel()).toList() : steps;
	}

	/** The behaviour of the original. */
	Facets recorded() {
		JsonNode response = this.json.get("response");
		Facets facets = new Facets();
		if (this.json.has("waited")) {
			facets.with("answer", this.json.get("waited").asBoolean() ? "after waiting" : "at once");
		}
		listeners("listeners_while_waiting").forEach((name, count) -> facets.with("listeners of " + name, count));
		if (response.get("status").isNull()) {
			return facets.with("status", "none: it goes on waiting");
		}
		facets.with("status", response.get("status").asInt());
		if (response.get("status").asInt() < 500 || response.get("status").asInt() == 503) {
			facets.with("media type", mediaType(response.path("content_type").asString("")));
		}
		if (response.hasNonNull("body_hex")) {
			facets.with("body", Facets.visible(bytes(response.get("body_hex"))));
		}
		facets.with("connection", this.json.get("server_closed_connection_after").asBoolean() ? "closed" : "kept");
		listeners("listeners_after").forEach((name, count) -> facets.with("later listeners of " + name, count));
		outcomes().forEach((tag, outcome) -> facets.with("outcome " + tag, outcome));
		return facets;
	}

	private Map<String, String> outcomes() {
		Map<String, String> outcomes = new TreeMap<>();
		Turn.tags(during()).forEach((tag) -> outcomes.put(tag, "none"));
		for (String outcome : text("outcomes").split("[\\s,;]+")) {
			if (!outcome.isEmpty()) {
				outcomes.put(outcome.split("=")[0], outcome.split("=")[1]);
			}
		}
		return outcomes;
	}

	private Map<String, Integer> listeners(String field) {
		Map<String, Integer> listeners = new TreeMap<>();
		this.json.get(field).properties().forEach((entry) -> {
			if (!entry.getValue().asString().equals(NO_CHANNEL)) {
				listeners.put(Facets.channel(entry.getKey()), Integer.parseInt(entry.getValue().asString()));
			}
		});
		return listeners;
	}

	static String mediaType(@Nullable String contentType) {
		return (contentType != null) ? contentType.split(";")[0].strip() : "none";
	}

	private static List<String> strings(JsonNode array) {
		return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asString).toList();
	}

	private static byte[] bytes(JsonNode hex) {
		return bytes(hex.asString());
	}

	private static byte[] bytes(String hex) {
		// In fields that are separated by spaces, a dash stands for no bytes.
		return hex.equals("-") ? new byte[0] : HexFormat.of().parseHex(hex);
	}

	/** Decodes bytes of the original as UTF-8, or as Latin-1 if they are not UTF-8. */
	static String decode(byte[] bytes) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
		}
		catch (CharacterCodingException ex) {
			return new String(bytes, StandardCharsets.ISO_8859_1);
		}
	}

	@Override
	public String toString() {
		return name();
	}

	/**
	 * Steps that the original took without running anything else in between.
	 *
	 * @param steps the steps
	 */
	record Turn(List<Step> steps) {

		static Turn parse(String commands) {
			return new Turn(List.of(commands.split(";")).stream().map(Step::parse).toList());
		}

		private boolean needsOneNode() {
			return this.steps.size() > 1 || !tags(List.of(this)).isEmpty();
		}

		/** The names of the notifiers that were given to publications. */
		static List<String> tags(List<Turn> turns) {
			return turns.stream()
				.flatMap((turn) -> turn.steps().stream())
				.flatMap((step) -> (step instanceof Step.Write write && write.tag() != null)
						? List.of(write.tag()).stream() : List.<String>of().stream())
				.collect(Collectors.toList());
		}

	}

	/**
	 * An action of the program or its operator.
	 */
	sealed interface Step {

		static Step parse(String command) {
			String[] words = command.strip().split(" ");
			return switch (words[0]) {
				case "write" -> new Write(decode(bytes(words[1])), decode(bytes((words.length > 2) ? words[2] : "-")),
						(words.length > 3) ? words[3] : null);
				case "drop" -> new Drop(decode(bytes(words[1])));
				case "gc" -> new CollectGarbage();
				default -> new Command(command);
			};
		}

		/**
		 * A publication.
		 *
		 * @param channel the name of the channel
		 * @param message the text
		 * @param tag the name of the notifier, or {@code null} if none was given
		 */
		record Write(String channel, String message, @Nullable String tag) implements Step {

			Write taggedByChannel() {
				return (this.tag != null) ? new Write(this.channel, this.message, this.tag + this.channel) : this;
			}

		}

		/**
		 * The program drops its reference to a channel.
		 *
		 * @param channel the name of the channel
		 */
		record Drop(String channel) implements Step {
		}

		/**
		 * A garbage collection, which ended the channels that the program had dropped.
		 */
		record CollectGarbage() implements Step {
		}

		/**
		 * A line for the command pipe.
		 *
		 * @param line the line without its prefix
		 */
		record Command(String line) implements Step {
		}

	}

}
