package io.github.cometspring.sample;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import io.github.cometspring.testing.TcpProxy;
import org.jspecify.annotations.Nullable;

/**
 * Treats requests as those proxies do that know no WebSocket or no event stream.
 */
final class Obstacles implements TcpProxy.Forwarding {

	private static final byte[] REFUSAL = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
		.getBytes(StandardCharsets.ISO_8859_1);

	private final Map<String, Treatment> treatments = new ConcurrentHashMap<>();

	/**
	 * Treats requests with this header so from now on.
	 * @param header the header, as {@code Name: value}
	 * @param treatment what becomes of the request
	 */
	void put(String header, Treatment treatment) {
		this.treatments.put(header.toLowerCase(Locale.ROOT), treatment);
	}

	/** Request by request, for a browser sends several on one connection. */
	@Override
	public void forward(Socket client, Socket server) throws IOException {
		InputStream in = new BufferedInputStream(client.getInputStream());
		OutputStream out = server.getOutputStream();
		for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
			Treatment treatment = treatment(head);
			if (treatment == Treatment.REFUSE) {
				client.getOutputStream().write(REFUSAL);
			}
			if (treatment == Treatment.SWALLOW) {
				in.transferTo(OutputStream.nullOutputStream());
			}
			if (treatment != null) {
				return;
			}
			out.write(head.getBytes(StandardCharsets.ISO_8859_1));
			if (head.contains("\r\nupgrade:") || head.contains("\r\nUpgrade:")) {
				in.transferTo(out);
			}
			else {
				out.write(in.readNBytes(contentLength(head)));
			}
		}
	}

	private @Nullable Treatment treatment(String head) {
		return head.lines()
			.map((line) -> this.treatments.get(line.toLowerCase(Locale.ROOT)))
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
	}

	private static int contentLength(String head) {
		return head.lines()
			.filter((line) -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
			.mapToInt((line) -> Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
			.findFirst()
			.orElse(0);
	}

	/** The head of the next request, or nothing at the end. */
	private static String readHead(InputStream in) throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
			int next = in.read();
			if (next < 0) {
				return "";
			}
			head.append((char) next);
		}
		return head.toString();
	}

	/** What a proxy does with a request that it does not like. */
	enum Treatment {

		/** Answers with 400. */
		REFUSE,

		/** Closes the connection. */
		KILL,

		/** Answers nothing, ever. */
		SWALLOW

	}

}
