package io.github.cometspring.benchmarks;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The results as tables in Markdown.
 */
final class Report {

	private static final String CPU = "srv_us_per_delivery";

	private static final String OPENING = "open_cpu_us_per_conn";

	private static final Column CLIENTS = Column.text("clients", (each) -> String.valueOf(each.clients()));

	private static final Column SERVER = Column.text("server", (each) -> each.server().toString());

	private static final Column DIALECT = Column.text("dialect", (each) -> each.measure().dialect().toString());

	private static final Column LOST = Column.sum("lost", "lost");

	private static final List<Column> DELIVERIES = List.of(CLIENTS, SERVER, Column.median("CPU µs/delivery", CPU, 1, 2),
			Column.spread("min–max", CPU, 2), Column.ratio("× floor", ServerKind.FLOOR, CPU),
			Column.ratio("× floor-pump", ServerKind.FLOOR_PUMP, CPU), Column.ratio("× nchan", ServerKind.NCHAN, CPU),
			Column.ratio("× webflux", ServerKind.WEBFLUX, CPU), Column.ratio("× comet", ServerKind.COMET, CPU),
			Column.median("deliveries/s", "per_s", 1, 0), Column.median("p50 ms", "p50_us", 1000, 1),
			Column.median("p99 ms", "p99_us", 1000, 1), Column.median("max ms", "max_us", 1000, 1), LOST,
			Column.sum("twice", "dup"));

	private static final List<Column> MEMORY = List.of(DIALECT, CLIENTS, SERVER,
			Column.median("bytes each", "memory_per_conn", 1, 0), Column.spread("min–max", "memory_per_conn", 0),
			Column.median("heap", "heap_per_conn", 1, 0),
			Column.median("Netty and JDK buffers", "direct_per_conn", 1, 0),
			Column.median("server, resident MB", "rss_held_kb", 1024, 0),
			Column.median("CPU µs to open one", "open_cpu_us_per_conn", 1, 1));

	private static final List<Column> OPENINGS = List.of(Column.text("measure", (each) -> each.measure().toString()),
			CLIENTS, SERVER, Column.median("CPU µs to open one", OPENING, 1, 1), Column.spread("min–max", OPENING, 1),
			Column.ratio("× nchan", ServerKind.NCHAN, OPENING), Column.ratio("× webflux", ServerKind.WEBFLUX, OPENING),
			Column.median("s until all are open", "open_s", 1, 2),
			Column.median("p99 ms to the answer, or the last missed message", "open_p99_us", 1000, 0),
			Column.sum("failed", "deaths"));

	private static final List<Column> FAIRNESS = List.of(DIALECT, CLIENTS, SERVER,
			Column.median("deliveries/s to the crowd", "per_s", 1, 0),
			Column.median("other channel p50 ms", "other_p50_us", 1000, 1),
			Column.median("p99 ms", "other_p99_us", 1000, 1), Column.median("max ms", "other_max_us", 1000, 1),
			Column.median("actuator p50 ms", "actuator_p50_us", 1000, 1),
			Column.median("p99 ms", "actuator_p99_us", 1000, 1), LOST);

	private static final List<Column> ENDINGS = List.of(CLIENTS, SERVER,
			Column.median("ms to the last 503", "max_us", 1000, 0), Column.spread("µs min–max", "max_us", 0),
			Column.median("CPU µs each", CPU, 1, 1), LOST);

	private static final List<Column> ENGINE = List.of(
			Column.median("publications/s, history of 20", "publish_per_s", 1, 0),
			Column.median("without history", "publish_unretained_per_s", 1, 0),
			Column.median("created and closed/s", "create_per_s", 1, 0),
			Column.median("bytes a channel without history", "channel_bytes", 1, 0));

	private static final List<Column> PUBLICATIONS = List.of(
			Column.median("publications/s, 500 under way", "publish_per_s", 1, 0),
			Column.spread("min–max", "publish_per_s", 0),
			Column.median("redis-benchmark -P 50, a second", "bare_per_s", 1, 0),
			Column.median("× redis-benchmark", "share", 1, 2), Column.spread("min–max", "share", 2),
			Column.median("CPU µs of the node each", "publish_cpu_us", 1, 1),
			Column.median("µs one at a time", "single_us", 1, 0),
			Column.median("redis-benchmark -P 1, µs", "bare_single_us", 1, 0));

	private static final List<Column> HTTP_PUBLICATIONS = List.of(SERVER,
			Column.median("CPU µs/publication", "publish_cpu_us", 1, 2), Column.spread("min–max", "publish_cpu_us", 2),
			Column.ratio("× nchan", ServerKind.NCHAN, "publish_cpu_us"),
			Column.median("publications/s", "publish_per_s", 1, 0));

	private static final List<Column> FEEDS = List.of(Column.text("channels", (each) -> String.valueOf(each.clients())),
			Column.median("s until all have a message, feed cut", "cut_ms", 1000, 2),
			Column.median("longest of five", "cut_max_ms", 1000, 2), Column.median("feed not cut", "uncut_ms", 1000, 2),
			Column.median("% of a core while all is quiet", "quiet_percent", 1, 2));

	private static final List<Column> BYTES = List.of(Column.text("channels", (each) -> String.valueOf(each.clients())),
			Column.median("node: channel with a subscriber", "heap_followed", 1, 0),
			Column.median("each message of it", "heap_message", 1, 0),
			Column.median("channel whose subscribers have left", "heap_left", 1, 0),
			Column.median("Redis: channel without messages", "redis_channel", 1, 0),
			Column.median("its first message", "redis_first", 1, 0),
			Column.median("each message, history full", "redis_message", 1, 0));

	private final Results results;

	Report(Results results) {
		this.results = results;
	}

	String write(List<String> remarks) {
		StringBuilder text = new StringBuilder("# Results\n\n");
		remarks.forEach((remark) -> text.append("- ").append(remark).append('\n'));
		for (Measure measure : Measure.values()) {
			if (measure.isFanOut() || measure == Measure.PAIRS) {
				this.results.windows(measure)
					.forEach((window) -> table(text, title(measure, window), DELIVERIES,
							(each) -> each.measure() == measure && each.window() == window));
			}
		}
		table(text, "Idle connections", MEMORY, (each) -> each.measure().isIdle());
		table(text, "A crowd that comes back", OPENINGS, (each) -> each.measure().isOpening());
		table(text, "A busy channel and the others", FAIRNESS, (each) -> each.measure().isFair());
		table(text, "Deactivated with polls held", ENDINGS, (each) -> each.measure() == Measure.DEACTIVATE);
		table(text, "Channels without clients, one thread", ENGINE, (each) -> each.measure() == Measure.ENGINE);
		table(text, "Publications over HTTP, messages of 100 bytes", HTTP_PUBLICATIONS,
				(each) -> each.measure() == Measure.PUBLISH);
		table(text, "Publications through one node on Redis, messages of 100 bytes", PUBLICATIONS,
				(each) -> each.measure() == Measure.REDIS_PUBLISH);
		table(text, "Many channels with subscribers on a node", FEEDS,
				(each) -> each.measure() == Measure.REDIS_CHANNELS);
		table(text, "Bytes, messages of 100 bytes", BYTES, (each) -> each.measure() == Measure.REDIS_CHANNELS);
		return text.toString();
	}

	private static String title(Measure measure, int window) {
		String title = switch (measure) {
			case LONGPOLL -> "Long poll, one channel (Comet: legacy dialect)";
			case JSONPOLL -> "Long poll, one channel (Comet: JSON)";
			case SSE -> "Server-sent events, one channel";
			case WEBSOCKET -> "WebSocket, one channel";
			default -> "Long poll, a channel each";
		};
		return measure.isWindowed() ? title + ", messages in flight: " + window : title;
	}

	private void table(StringBuilder text, String title, List<Column> columns, Predicate<Results.Case> cases) {
		List<Results.Case> lines = this.results.cases().stream().filter(cases).toList();
		if (lines.isEmpty()) {
			return;
		}
		text.append("\n## ").append(title).append("\n\n");
		text.append(line(columns.stream().map(Column::title)));
		text.append(line(columns.stream().map(Column::rule)));
		lines.forEach((each) -> text.append(line(columns.stream().map((column) -> column.of(this.results, each)))));
	}

	private static String line(Stream<String> cells) {
		return cells.collect(Collectors.joining(" | ", "| ", " |\n"));
	}

}
