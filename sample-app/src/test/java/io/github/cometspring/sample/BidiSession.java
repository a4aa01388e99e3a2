package io.github.cometspring.sample;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A session of WebDriver BiDi, in the form that needs no driver: JSON over a WebSocket of
 * the browser itself.
 */
final class BidiSession implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private final JsonMapper json = JsonMapper.shared();

	private final AtomicLong ids = new AtomicLong();

	private final Map<Long, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();

	private final Queue<JsonNode> events = new ConcurrentLinkedQueue<>();

	private final WebSocket socket;

	private BidiSession(URI address) {
		this.socket = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.connectTimeout(PATIENCE)
			.buildAsync(address, new Messages())
			.join();
	}

	/**
	 * Begins a session that hears of the events.
	 * @param address of the browser's WebSocket
	 * @param events the names of the events
	 * @return the session
	 */
	static BidiSession begin(URI address, String... events) {
		BidiSession session = new BidiSession(address);
		session.command("session.new", Map.of("capabilities", Map.of()));
		session.command("session.subscribe", Map.of("events", List.of(events)));
		return session;
	}

	/**
	 * Sends a command and waits for its result.
	 * @param method the name of the command
	 * @param parameters its parameters
	 * @return the result
	 */
	JsonNode command(String method, Map<String, ?> parameters) {
		long id = this.ids.incrementAndGet();
		CompletableFuture<JsonNode> answer = new CompletableFuture<>();
		this.answers.put(id, answer);
		this.socket
			.sendText(this.json.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
			.join();
		return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
	}

	/**
	 * The events so far.
	 * @return their parameters
	 */
	List<JsonNode> events() {
		return List.copyOf(this.events);
	}

	@Override
	public void close() {
		this.socket.abort();
	}

	private void receive(String text) {
		JsonNode message = this.json.readTree(text);
		if (message.path("type").asString("").equals("event")) {
			this.events.add(message.path("params"));
			return;
		}
		CompletableFuture<JsonNode> answer = this.answers.remove(message.path("id").asLong(-1));
		if (answer == null) {
			return;
		}
		if (message.has("result")) {
			answer.complete(message.get("result"));
		}
		else {
			answer.completeExceptionally(new IllegalStateException(text));
		}
	}

	private final class Messages implements WebSocket.Listener {

		private final StringBuilder text = new StringBuilder();

		@Override
		public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
			this.text.append(data);
			if (last) {
				String message = this.text.toString();
				this.text.setLength(0);
				receive(message);
			}
			return WebSocket.Listener.super.onText(socket, data, last);
		}

	}

}
