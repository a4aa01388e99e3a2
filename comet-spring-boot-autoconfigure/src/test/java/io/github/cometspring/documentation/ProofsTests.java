package io.github.cometspring.documentation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.github.cometspring.testing.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the guide names a test or a command beside each row of a table, each item of
 * a list and each paragraph, and that these exist. An introduction needs none, since what
 * it introduces has its own.
 */
class ProofsTests {

	private static final Set<String> GUIDE = Set.of("operations.md", "deployment.md", "security.md",
			"secured-application.md", "delivery.md");

	static Stream<Document> guide() throws IOException {
		return Document.all().stream().filter((document) -> GUIDE.contains(name(document)));
	}

	static Stream<Document> documents() throws IOException {
		return Document.all().stream().filter((document) -> document.path().startsWith(Path.of("docs")));
	}

	@ParameterizedTest
	@MethodSource("guide")
	void claimShouldNameItsProof(Document document) {
		assertThat(Claim.in(document)).isNotEmpty()
			.filteredOn((claim) -> !claim.isIntroduction() && !claim.isUntested())
			.filteredOn((claim) -> Proof.in(claim.text()).isEmpty())
			.isEmpty();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void proofShouldExist(Document document) {
		assertThat(Proof.in(document.prose())).allSatisfy(Proof::assertExists);
	}

	@Test
	void guideShouldBeFound() throws IOException {
		assertThat(guide().map(ProofsTests::name)).containsExactlyInAnyOrderElementsOf(GUIDE);
		assertThat(guide().flatMap((document) -> Claim.in(document).stream()).map(Claim::kind))
			.contains(Claim.Kind.values());
	}

	/** A paragraph that gives advice may claim nothing else. */
	@Test
	void adviceShouldBeRare() throws IOException {
		List<Proof> proofs = guide().flatMap((document) -> Proof.in(document.prose()).stream()).toList();
		assertThat(proofs).filteredOn((proof) -> proof.text().equals(Proof.ADVICE)).hasSizeLessThan(proofs.size() / 5);
	}

	private static String name(Document document) {
		return document.path().getFileName().toString();
	}

}
