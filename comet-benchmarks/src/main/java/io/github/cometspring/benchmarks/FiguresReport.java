package io.github.cometspring.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The results of the mode {@code figures} as tables for {@code docs/performance.md}: a
 * column for each server, the floor first. The ratio in brackets is that to nchan in the
 * same round.
 */
final class FiguresReport {

	private static final String CPU = "srv_us_per_delivery";

	private static final Subject FLOOR = new Subject("floor", ServerKind.FLOOR);

	private static final Subject PUMP = new Subject("floor, all that is lacking", ServerKind.FLOOR_PUMP);

	private static final Subject COMET = new Subject("comet", ServerKind.COMET);

	private static final Subject SECURITY = new Subject("behind Spring Security", ServerKind.COMET_SECURITY);

	private static final Subject JWT = new Subject("the same, with tokens", ServerKind.COMET_JWT);

	private static final Subject URING = new Subject("comet, on io_uring", ServerKind.COMET_URING);

	private static final Subject CHAIN = new Subject("beside a filter", ServerKind.COMET_CHAIN);

	private static final Subject OWN = new Subject("comet, a channel each", ServerKind.COMET_OWN);

	private static final Subject PUBLISH = new Subject("comet, endpoint for publishers", ServerKind.COMET_PUBLISH);

	private static final Subject ARCHIVE = new Subject("comet, with an archive", ServerKind.COMET_CDS);

	private static final List<Subject> OTHERS = List.of(new Subject("by hand", ServerKind.WEBFLUX),
			new Subject("Vert.x", ServerKind.VERTX), new Subject("Bun", ServerKind.BUN),
			new Subject("nchan", ServerKind.NCHAN));

	private final Results results;

	private final int many;

	private final StringBuilder text = new StringBuilder();

	/**
	 * Creates a report.
	 * @param results the results
	 * @param many the number of clients where there is only one number
	 */
	FiguresReport(Results results, int many) {
		this.results = results;
		this.many = many;
	}

	String write() {
		fanOut(Measure.LONGPOLL, 1);
		this.text.append("### Streams\n\n");
		for (Measure measure : List.of(Measure.SSE, Measure.WEBSOCKET)) {
			this.results.windows(measure).forEach((window) -> fanOut(measure, window));
		}
		table("Long poll in other applications, CPU µs/delivery", new Figure(CPU, 1, 1),
				List.of(COMET, SECURITY, JWT, CHAIN), sizes(Measure.LONGPOLL, 1));
		table("The same, p99 in ms", new Figure("p99_us", 1000, 0), List.of(COMET, SECURITY, JWT, CHAIN),
				sizes(Measure.LONGPOLL, 1));
		table("A channel for each client, published in process, and one channel on io_uring, CPU µs/delivery",
				new Figure(CPU, 1, 1), List.of(COMET, OWN, URING), crowd());
		table("A channel for each client, published over HTTP, CPU µs/delivery", new Figure(CPU, 1, 1),
				beside(FLOOR, COMET, PUBLISH), cases(Measure.PAIRS));
		table("A publication over HTTP, CPU µs", new Figure("publish_cpu_us", 1, 1),
				beside(FLOOR, COMET, PUBLISH, SECURITY), cases(Measure.PUBLISH));
		table("Idle connections, KB each", new Figure("memory_per_conn", 1000, 1), beside(FLOOR, COMET, SECURITY),
				cases(Measure.IDLE_LONGPOLL, Measure.IDLE_SSE, Measure.IDLE_WEBSOCKET));
		table("To open a connection, warm, CPU µs", new Figure("open_cpu_us_per_conn", 1, 0),
				beside(FLOOR, COMET, SECURITY), cases(Measure.OPEN_SSE, Measure.OPEN_WEBSOCKET));
		table("To open a connection, cold, CPU µs", new Figure("open_cpu_us_per_conn", 1, 0),
				beside(FLOOR, COMET, ARCHIVE), cases(Measure.OPEN_COLD_SSE, Measure.OPEN_COLD_WEBSOCKET));
		table("To come back and receive ten messages, warm, CPU µs", new Figure("open_cpu_us_per_conn", 1, 0),
				List.of(COMET, SECURITY, OTHERS.get(0)),
				cases(Measure.RESUME_LONGPOLL, Measure.RESUME_SSE, Measure.RESUME_WEBSOCKET));
		table("The same, cold", new Figure("open_cpu_us_per_conn", 1, 0),
				List.of(COMET, ARCHIVE, SECURITY, OTHERS.get(0)),
				cases(Measure.RESUME_COLD_LONGPOLL, Measure.RESUME_COLD_SSE, Measure.RESUME_COLD_WEBSOCKET));
		table("The same, cold, p99 in ms to the last of them", new Figure("open_p99_us", 1000, 0),
				List.of(COMET, ARCHIVE, SECURITY, OTHERS.get(0)),
				cases(Measure.RESUME_COLD_LONGPOLL, Measure.RESUME_COLD_SSE, Measure.RESUME_COLD_WEBSOCKET));
		this.text.append(new Aims(this.results, this.many).write());
		return this.text.toString();
	}

	private void fanOut(Measure measure, int window) {
		List<Subject> servers = measure.isWindowed() ? beside(FLOOR, PUMP, COMET) : beside(FLOOR, COMET);
		String title = switch (measure) {
			case SSE -> "Server-sent events";
			case WEBSOCKET -> "WebSocket";
			default -> "Long poll";
		};
		if (measure.isWindowed()) {
			title += switch (window) {
				case 1 -> ", one message in flight:";
				case 4 -> ", four messages in flight:";
				default -> ", " + window + " messages in flight:";
			};
		}
		table(title, new Figure(CPU, 1, 1), servers, sizes(measure, window));
	}

	private static List<Subject> beside(Subject... first) {
		return Stream.concat(Stream.of(first), OTHERS.stream()).toList();
	}

	/** The cases of a measure by the number of clients. */
	private List<Line> sizes(Measure measure, int window) {
		return this.results.cases()
			.stream()
			.filter((each) -> each.measure() == measure && each.window() == window)
			.map(Results.Case::clients)
			.distinct()
			.map((clients) -> line(measure, window, clients, "%,d".formatted(clients)))
			.toList();
	}

	private List<Line> crowd() {
		return Stream.of(Measure.LONGPOLL, Measure.SSE, Measure.WEBSOCKET)
			.map((measure) -> line(measure, 1, this.many, measure.toString()))
			.toList();
	}

	private List<Line> cases(Measure... measures) {
		List<Line> lines = new ArrayList<>();
		for (Measure measure : measures) {
			this.results.cases()
				.stream()
				.filter((each) -> each.measure() == measure)
				.map(Results.Case::clients)
				.distinct()
				.forEach((clients) -> lines.add(line(measure, 1, clients, title(measure, clients))));
		}
		return lines;
	}

	private static String title(Measure measure, int clients) {
		return (measure.dialect() == Measure.Dialect.NONE) ? "each" : "%s, %,d".formatted(measure.dialect(), clients);
	}

	private static Line line(Measure measure, int window, int clients, String title) {
		return new Line(title, new Results.Case(measure, window, clients, ServerKind.COMET));
	}

	private void table(String title, Figure figure, List<Subject> servers, List<Line> lines) {
		List<Subject> measured = servers.stream()
			.filter((server) -> lines.stream()
				.anyMatch((line) -> !this.results.of(line.any().at(server.kind())).isEmpty()))
			.toList();
		if (measured.isEmpty()) {
			return;
		}
		this.text.append(title.endsWith(":") ? "" : "### ").append(title).append("\n\n");
		boolean sizes = Character.isDigit(lines.get(0).title().charAt(0));
		row(sizes ? "clients" : "", measured.stream().map(Subject::title));
		row(sizes ? "---:" : "---", measured.stream().map((server) -> "---:"));
		for (Line line : lines) {
			row(line.title(), measured.stream().map((server) -> cell(line.any().at(server.kind()), figure)));
		}
		this.text.append('\n');
	}

	private void row(String title, Stream<String> cells) {
		this.text.append(Stream.concat(Stream.of(title), cells)
			.collect(Collectors.joining(" | ", "| ", " |\n"))
			.replace("  ", " "));
	}

	private String cell(Results.Case measured, Figure figure) {
		double value = this.results.median(measured, figure.name()) / figure.divisor();
		if (!Double.isFinite(value)) {
			return "";
		}
		String number = String.format(Locale.ROOT, "%,." + figure.digits() + "f", value);
		String bold = (measured.server() == ServerKind.COMET) ? "**" + number + "**" : number;
		double ratio = this.results.ratio(measured, measured.at(ServerKind.NCHAN), figure.name());
		boolean plain = measured.server() == ServerKind.NCHAN || !Double.isFinite(ratio);
		return plain ? bold : bold + String.format(Locale.ROOT, " (%.2f×)", ratio);
	}

	/**
	 * A column.
	 *
	 * @param title its title
	 * @param kind the server
	 */
	private record Subject(String title, ServerKind kind) {
	}

	/**
	 * A row.
	 *
	 * @param title its title
	 * @param any the case of some server
	 */
	private record Line(String title, Results.Case any) {
	}

	/**
	 * What is printed of a case.
	 *
	 * @param name the name of the figure
	 * @param divisor makes it the unit that is printed
	 * @param digits how many digits follow the point
	 */
	private record Figure(String name, int divisor, int digits) {
	}

}
