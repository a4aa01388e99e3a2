package io.github.cometspring.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.subscription.EndReason;
import io.github.cometspring.testing.Document;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables of meters in {@code docs/operations.md} have all meters, with their types,
 * tags and reasons.
 */
class MetersDocumentTests {

	private static final Pattern ROW = Pattern
		.compile("(?m)^\\| `(comet\\.[a-z.]+)` \\| (\\w+) \\| ([^|]+) \\| [^|]+ \\| [^|]+ \\|$");

	private static final Pattern CODE = Pattern.compile("`([a-z-]+)`");

	@Test
	void tableShouldHaveAllMetersWithTypesAndTags() throws IOException {
		Map<String, String> table = new TreeMap<>();
		for (MatchResult row : ROW.matcher(text()).results().toList()) {
			List<String> tags = CODE.matcher(row.group(3)).results().map((tag) -> tag.group(1)).sorted().toList();
			table.put(row.group(1), row.group(2) + " " + tags);
		}
		Map<String, String> meters = new TreeMap<>();
		for (Meter meter : AllMeters.all()) {
			List<String> tags = meter.getId().getTags().stream().map(Tag::getKey).sorted().toList();
			meters.put(meter.getId().getName(), type(meter) + " " + tags);
		}
		assertThat(table).containsExactlyInAnyOrderEntriesOf(meters);
	}

	private static String type(Meter meter) {
		return (meter instanceof Timer) ? "histogram" : meter.getId().getType().name().toLowerCase(Locale.ROOT);
	}

	@Test
	void reasonsShouldBeThoseOfMeter() throws IOException {
		String text = text();
		String part = text.substring(text.indexOf("The reasons of `comet.connections.ended`"));
		String rows = part.substring(part.indexOf("| --- |"), part.indexOf("\n\n", part.indexOf("| --- |")));
		Stream<String> named = rows.lines()
			.skip(1)
			.flatMap((row) -> CODE.matcher(row.split("\\|")[1]).results().map((match) -> match.group(1)));
		assertThat(new TreeSet<>(named.toList()))
			.containsExactlyInAnyOrderElementsOf(Stream.of(EndReason.values()).map(Words::of).toList());
	}

	private static String text() throws IOException {
		return Files.readString(Document.ROOT.resolve("docs/operations.md"));
	}

}
