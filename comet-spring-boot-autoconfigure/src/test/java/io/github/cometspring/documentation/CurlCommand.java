package io.github.cometspring.documentation;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import io.github.cometspring.testing.Document;
import org.jspecify.annotations.Nullable;

/**
 * A call of {@code curl} as a document prints it.
 *
 * @param text what is printed
 * @param method the method of the request
 * @param headers its headers
 * @param body its body, if any
 * @param url where it goes
 */
record CurlCommand(String text, String method, Map<String, String> headers, @Nullable String body, URI url) {

	private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

	static List<CurlCommand> in(Document document) {
		List<CurlCommand> commands = new ArrayList<>();
		document.blocks()
			.stream()
			.flatMap((block) -> block.text().replace("\\\n", " ").lines())
			.filter((line) -> line.startsWith("curl "))
			.map(CurlCommand::parse)
			.forEach(commands::add);
		document.spans()
			.stream()
			.filter((span) -> span.startsWith("curl -"))
			.map(CurlCommand::parse)
			.forEach(commands::add);
		return commands;
	}

	/**
	 * Parses the options of curl that the documents use, and throws on others.
	 */
	static CurlCommand parse(String text) {
		Deque<String> words = new ArrayDeque<>();
		WORD.matcher(text)
			.results()
			.forEach((word) -> words.add(text.substring(word.start(), word.end()).replaceAll("^['\"]|['\"]$", "")));
		Map<String, String> headers = new LinkedHashMap<>(Map.of("User-Agent", "curl", "Accept", "*/*"));
		@Nullable String method = null;
		@Nullable String body = null;
		@Nullable String url = null;
		words.remove();
		while (!words.isEmpty()) {
			String word = words.remove();
			switch (word) {
				case "-s", "-i", "-N", "-sS" -> {
				}
				case "-X" -> method = words.remove();
				case "-d" -> body = words.remove();
				case "-H" -> {
					String[] header = words.remove().split(": ?", 2);
					headers.put(header[0], header[1]);
				}
				case "-u" -> headers.put("Authorization",
						"Basic " + Base64.getEncoder().encodeToString(words.remove().getBytes(StandardCharsets.UTF_8)));
				default -> {
					if (word.startsWith("-") || url != null) {
						throw new IllegalArgumentException("Teach this class '%s' of: %s".formatted(word, text));
					}
					url = word;
				}
			}
		}
		if (url == null) {
			throw new IllegalArgumentException("No address: " + text);
		}
		if (body != null) {
			headers.putIfAbsent("Content-Type", "application/x-www-form-urlencoded");
		}
		return new CurlCommand(text, (method != null) ? method : (body != null) ? "POST" : "GET", headers, body,
				URI.create(url.startsWith("http") ? url : "http://" + url));
	}

	/** The request, sent to another port than the printed one. */
	HttpRequest toPort(int port) {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://%s:%d%s".formatted(this.url.getHost(), port, this.url.getPath())))
			.method(this.method, (this.body != null) ? BodyPublishers.ofString(this.body) : BodyPublishers.noBody());
		this.headers.forEach(request::setHeader);
		return request.build();
	}

	@Override
	public String toString() {
		return this.text;
	}

}
