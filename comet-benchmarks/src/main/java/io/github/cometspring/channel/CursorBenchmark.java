package io.github.cometspring.channel;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

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
 * Cursors over one channel and over many.
 */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CursorBenchmark {

	/** How many channels the cursor has positions of. */
	@Param({ "1", "10", "100" })
	public int channels = 1;

	private final Map<String, Position> positions = new HashMap<>();

	private String token = "";

	private Cursor cursor = Cursor.LATEST;

	/** Takes a position in each channel. */
	@Setup
	public void prepare() {
		for (int i = 0; i < this.channels; i++) {
			this.positions.put("auctions/lot-" + i, new Position(0x1234_5678_9ABCL + i, 1000 + i));
		}
		this.cursor = Cursor.of(this.positions);
		this.token = this.cursor.token();
	}

	@Benchmark
	public String makeToken() {
		return Cursor.of(this.positions).token();
	}

	@Benchmark
	public Cursor parseToken() {
		return Cursor.parse(this.token);
	}

	@Benchmark
	public OptionalLong findOffset() {
		return this.cursor.offset("auctions/lot-0", 0x1234_5678_9ABCL);
	}

}
