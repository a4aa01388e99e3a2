package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.NullMarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * From bytes to values and back, in the legacy dialect and in JSON.
 */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {

	private static final String CHANNEL = "kQ3v0mYvZ5hXw1c8TnB2aA";

	/** The characters of the message. */
	@Param({ "ascii", "european", "asian" })
	public String text = "ascii";

	private byte[] registration = {};

	private List<LegacyEntry> entries = List.of();

	private byte[] answer = {};

	private Message message = new Message(CHANNEL, new Position(1, 1), "", MessageFormat.TEXT, false);

	private List<byte[]> messages = List.of();

	private byte[] poll = {};

	private byte[] token = {};

	/** Makes a message of 100 characters. */
	@Setup
	public void prepare() {
		String data = switch (this.text) {
			case "ascii" -> "Bid of 125 EUR on lot-7: \"going once\"! ".repeat(3).substring(0, 100);
			case "european" -> "Größe Überraschung à Noël, déjà vu; ".repeat(3).substring(0, 100);
			default -> "サーバーからのプッシュ通知".repeat(10).substring(0, 100);
		};
		this.registration = ("registration=" + CHANNEL + "%0Aauctions/prices").getBytes(StandardCharsets.US_ASCII);
		this.entries = List.of(LegacyEntry.message(CHANNEL, data));
		this.answer = LegacyCodec.encodeEntries(this.entries);
		this.message = new Message(CHANNEL, new Position(123_456_789, 42), data, MessageFormat.TEXT, false);
		this.messages = List.of(JsonCodec.encodeMessage(this.message));
		String cursor = Cursor.of(CHANNEL, this.message.position()).token();
		this.token = cursor.getBytes(StandardCharsets.US_ASCII);
		this.poll = ("{\"channels\":[\"" + CHANNEL + "\"],\"cursor\":\"" + cursor + "\"}")
			.getBytes(StandardCharsets.US_ASCII);
	}

	@Benchmark
	public List<String> decodeLegacyRegistration() {
		return LegacyCodec.decodeRegistration(this.registration);
	}

	@Benchmark
	public byte[] encodeLegacyEntries() {
		return LegacyCodec.encodeEntries(this.entries);
	}

	@Benchmark
	public List<LegacyEntry> decodeLegacyEntries() {
		return LegacyCodec.decodeEntries(this.answer);
	}

	@Benchmark
	public byte[] encodeJsonMessage() {
		return JsonCodec.encodeMessage(this.message);
	}

	@Benchmark
	public byte[] encodeJsonBatch() {
		return JsonCodec.encodeBatch(this.token, this.messages, List.of(), List.of(), List.of(), null, null);
	}

	@Benchmark
	public ClientMessage decodeJsonPoll() {
		return ClientMessage.decode(this.poll);
	}

}
