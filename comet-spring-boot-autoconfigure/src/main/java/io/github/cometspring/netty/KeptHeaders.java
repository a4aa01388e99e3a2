package io.github.cometspring.netty;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.ReadOnlyHttpHeaders;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * The headers that the application has set for an answer which is written without its
 * exchange. Most clients have the same, so that they share one object, and with it the
 * head of each answer. Thread-safe.
 */
final class KeptHeaders {

	/**
	 * The names and values in turns, as they were set.
	 */
	private final CharSequence[] set;

	/**
	 * The names and values in turns, as Netty writes them without a conversion of each
	 * character.
	 */
	private final AsciiString[] encoded;

	/**
	 * Whether two answers have had these headers. Needs no lock: a thread that sees it
	 * late lets one more poll pass the filters.
	 */
	private boolean repeated;

	private KeptHeaders(CharSequence[] set) {
		this.set = set;
		this.encoded = new AsciiString[set.length];
		for (int i = 0; i < set.length; i++) {
			this.encoded[i] = AsciiString.of(set[i]);
		}
	}

	/**
	 * Joins the headers of an answer with these.
	 * @param own the names and values of the answer's own headers in turns, which replace
	 * those of the same names here
	 * @return all headers
	 */
	HttpHeaders join(CharSequence[] own) {
		List<CharSequence> joined = new ArrayList<>(this.encoded.length + own.length);
		for (int i = 0; i < this.encoded.length; i += 2) {
			if (!hasName(own, this.encoded[i])) {
				joined.add(this.encoded[i]);
				joined.add(this.encoded[i + 1]);
			}
		}
		joined.addAll(List.of(own));
		return new ReadOnlyHttpHeaders(false, joined.toArray(CharSequence[]::new));
	}

	private static boolean hasName(CharSequence[] headers, AsciiString name) {
		for (int i = 0; i < headers.length; i += 2) {
			if (name.contentEqualsIgnoreCase(headers[i])) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether two answers have had these headers, so that they do not differ from one
	 * answer to the next.
	 */
	boolean areRepeated() {
		return this.repeated;
	}

	private boolean matches(CharSequence[] other) {
		if (this.set.length != other.length) {
			return false;
		}
		for (int i = 0; i < other.length; i++) {
			if (!AsciiString.contentEquals(this.set[i], other[i])) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The headers that clients share: the last few that differ. Thread-safe without a
	 * lock: a thread that does not see what another has just added adds an equal object.
	 */
	static final class Pool {

		private static final int SIZE = 8;

		private final @Nullable KeptHeaders[] shared = new KeptHeaders[SIZE];

		private int next;

		/**
		 * Keeps the headers of an answer, but for those about its body.
		 * @param headers all headers of the answer, which the caller may change later
		 * @return the headers: one object for all clients with the same, unless they set
		 * a cookie, which is a secret of one client
		 */
		KeptHeaders keep(HttpHeaders headers) {
			CharSequence[] set = withoutBody(headers);
			for (KeptHeaders known : this.shared) {
				if (known != null && known.matches(set)) {
					known.repeated = true;
					return known;
				}
			}
			KeptHeaders kept = new KeptHeaders(set);
			if (!headers.contains(HttpHeaderNames.SET_COOKIE)) {
				int at = this.next;
				this.next = (at + 1) % SIZE;
				this.shared[at] = kept;
			}
			return kept;
		}

		private static CharSequence[] withoutBody(HttpHeaders headers) {
			List<CharSequence> set = new ArrayList<>(2 * headers.size());
			Iterator<Map.Entry<CharSequence, CharSequence>> entries = headers.iteratorCharSequence();
			while (entries.hasNext()) {
				Map.Entry<CharSequence, CharSequence> entry = entries.next();
				CharSequence name = entry.getKey();
				if (!HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
						&& !HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)) {
					set.add(name);
					set.add(entry.getValue());
				}
			}
			return set.toArray(CharSequence[]::new);
		}

	}

}
