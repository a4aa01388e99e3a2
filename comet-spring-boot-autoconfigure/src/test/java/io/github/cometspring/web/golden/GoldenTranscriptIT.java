package io.github.cometspring.web.golden;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.web.golden.Differences.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replays all recordings of the original server. This server must behave in the same way,
 * except for the differences that {@code docs/differences.md} lists.
 */
class GoldenTranscriptIT {

	// Spring logs an invalid limit.
	@RegisterExtension
	static final QuietLog log = new QuietLog(AnnotationConfigApplicationContext.class.getName());

	private static final Map<String, Row> DIFFERENCES = Differences.read();

	private static GoldenServer server;

	private static GoldenServer everywhere;

	@BeforeAll
	static void start() {
		server = new GoldenServer();
		everywhere = new GoldenServer("comet.path=/**");
	}

	@AfterAll
	static void stop() {
		server.close();
		everywhere.close();
	}

	static List<Transcript> requests() {
		return transcripts(Transcript::isRequest);
	}

	@ParameterizedTest
	@MethodSource("requests")
	void requestShouldBeAnsweredAsByTheOriginalOrAsTheTableSays(Transcript transcript) {
		boolean ownPath = transcript.path().equals("/comet");
		Facets seen = new RequestReplay(ownPath ? server : everywhere, transcript).run();
		judge(transcript.name(), transcript.recorded(), seen);
		// The model of the protocol must predict the same.
		Facets expected = ProtocolModel.expect(transcript);
		assertThat(seen.values()).containsAllEntriesOf(expected.values());
	}

	static List<Transcript> sequences() {
		return transcripts((transcript) -> !transcript.isRequest());
	}

	private static List<Transcript> transcripts(Predicate<Transcript> kind) {
		return Transcript.all()
			.stream()
			.filter(kind)
			.filter((transcript) -> !CometServer.RUNS_ON_TWO_NODES || !transcript.needsOneNode())
			.toList();
	}

	@ParameterizedTest
	@MethodSource("sequences")
	void sequenceShouldGoAsWithTheOriginalOrAsTheTableSays(Transcript transcript) throws Exception {
		SequenceReplay replay = SequenceReplay.of(server, transcript);
		judge(transcript.name(), replay.recorded(), replay.run());
	}

	private static void judge(String name, Facets recorded, Facets seen) {
		Set<String> different = seen.differencesFrom(recorded);
		Row found = new Row(name, recorded.describe(different), seen.describe(withBody(different, recorded)), "?");
		Row row = DIFFERENCES.get(name);
		System.out.println(name + ": " + verdict(row, different));
		if (row == null) {
			assertThat(different)
				.as("%s differs and is not in %s. If it does on purpose, add%n%s", name, Differences.DOCUMENT, found)
				.isEmpty();
			return;
		}
		assertThat(different).as("%s does not differ, but is in %s", name, Differences.DOCUMENT).isNotEmpty();
		assertThat(row.original()).isEqualTo(found.original());
		assertThat(row.comet()).isEqualTo(found.comet());
	}

	/**
	 * Adds the body where the original sent an error page: those were not recorded, but
	 * the body that this server sends instead matters.
	 */
	private static Set<String> withBody(Set<String> facets, Facets recorded) {
		Set<String> all = new TreeSet<>(facets);
		if (facets.contains("status") && !recorded.values().containsKey("body")) {
			all.add("body");
		}
		return all;
	}

	private static String verdict(@Nullable Row row, Set<String> different) {
		if (row != null) {
			return "differs on purpose, because " + row.reason();
		}
		return different.isEmpty() ? "as the original" : "differs";
	}

	@Test
	void differencesShouldNameRecordedTranscriptsOnly() {
		Set<String> names = Transcript.all()
			.stream()
			.map(Transcript::name)
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(names).containsAll(DIFFERENCES.keySet());
	}

}
