package io.github.cometspring.channel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The check of a JSON message, beside Jackson's streaming parser, which does less (it
 * takes no white space out), and beside the writing of the same message by Jackson.
 */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JsonTextBenchmark {

	private final JsonFactory jackson = new JsonFactory();

	private final ObjectWriter writer = new JsonMapper().writer();

	/** How many bids the message has, of about 80 characters each. */
	@Param({ "1", "50" })
	public int bids = 1;

	private Object value = "";

	private String text = "";

	/** Makes the message. */
	@Setup
	public void prepare() {
		List<Map<String, Object>> list = new ArrayList<>();
		for (int i = 0; i < this.bids; i++) {
			Map<String, Object> bid = new LinkedHashMap<>();
			bid.put("bidder", "Bidder \"No. " + i + "\"");
			bid.put("amount", 125_000 + i);
			bid.put("rate", 1.0825);
			bid.put("final", i % 2 == 0);
			bid.put("comment", "déjà vu");
			list.add(bid);
		}
		this.value = list;
		this.text = this.writer.writeValueAsString(list);
	}

	@Benchmark
	public String check() {
		return JsonText.requireValue("lot-7", this.text);
	}

	@Benchmark
	public int parseWithJackson() {
		int tokens = 0;
		try (JsonParser parser = this.jackson.createParser(ObjectReadContext.empty(), this.text)) {
			while (parser.nextToken() != null) {
				tokens++;
			}
		}
		return tokens;
	}

	@Benchmark
	public String writeWithJackson() {
		return this.writer.writeValueAsString(this.value);
	}

}
