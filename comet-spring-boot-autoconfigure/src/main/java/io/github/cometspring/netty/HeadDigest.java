package io.github.cometspring.netty;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;

import io.github.cometspring.web.CometHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Digests the heads of requests: two requests with the same digest have the same method,
 * address and headers in the same order, but for the length of the body and the cursor. A
 * digest is kept in place of the head, which is larger and holds secrets of the user.
 * Thread-safe.
 */
final class HeadDigest {

	private static final FastThreadLocal<HeadDigest> OF_THREAD = new FastThreadLocal<>() {

		@Override
		protected HeadDigest initialValue() {
			return new HeadDigest();
		}

	};

	private static final int USUAL_SIZE = 1024;

	private final MessageDigest sha256;

	private byte[] bytes = new byte[USUAL_SIZE];

	private int size;

	private HeadDigest() {
		try {
			this.sha256 = MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			// Every JDK has it.
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The digest of a head.
	 * @param request the head
	 * @return the digest, SHA-256, or {@code null} if a character of the head is beyond
	 * one byte, so that a digest of bytes might be that of another head
	 */
	static byte @Nullable [] of(HttpRequest request) {
		return OF_THREAD.get().digest(request);
	}

	private byte @Nullable [] digest(HttpRequest request) {
		try {
			return hasBytes(request) ? digest() : null;
		}
		finally {
			forget();
		}
	}

	private byte[] digest() {
		this.sha256.update(this.bytes, 0, this.size);
		return this.sha256.digest();
	}

	/**
	 * Forgets the head, which may hold secrets.
	 */
	private void forget() {
		Arrays.fill(this.bytes, 0, this.size, (byte) 0);
		this.size = 0;
		if (this.bytes.length > 4 * USUAL_SIZE) {
			this.bytes = new byte[USUAL_SIZE];
		}
	}

	/**
	 * Reads a head.
	 * @return whether all characters were bytes
	 */
	private boolean hasBytes(HttpRequest request) {
		boolean bytes = add(request.method().name()) && add(request.uri());
		Iterator<Map.Entry<CharSequence, CharSequence>> headers = request.headers().iteratorCharSequence();
		while (bytes && headers.hasNext()) {
			Map.Entry<CharSequence, CharSequence> header = headers.next();
			if (!isOfOnePoll(header.getKey())) {
				bytes = add(header.getKey()) && add(header.getValue());
			}
		}
		return bytes;
	}

	/**
	 * Whether a header differs from one poll of a client to the next: it tells the length
	 * of the body, or up to where the client has received messages (protocol, section 2).
	 */
	private static boolean isOfOnePoll(CharSequence name) {
		return HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
				|| AsciiString.contentEqualsIgnoreCase(CometHeaders.CURSOR, name);
	}

	/**
	 * Adds a part of a head, after its length, so that no other parts make the same
	 * bytes.
	 * @return whether all characters were bytes
	 */
	private boolean add(CharSequence part) {
		int length = part.length();
		int end = this.size + Integer.BYTES + length;
		if (end > this.bytes.length) {
			byte[] larger = Arrays.copyOf(this.bytes, 2 * end);
			Arrays.fill(this.bytes, (byte) 0);
			this.bytes = larger;
		}
		byte[] bytes = this.bytes;
		int at = this.size;
		this.size = end;
		bytes[at++] = (byte) (length >>> 24);
		bytes[at++] = (byte) (length >>> 16);
		bytes[at++] = (byte) (length >>> 8);
		bytes[at++] = (byte) length;
		for (int i = 0; i < length; i++) {
			char c = part.charAt(i);
			if (c > 0xFF) {
				return false;
			}
			bytes[at++] = (byte) c;
		}
		return true;
	}

}
