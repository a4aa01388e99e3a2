package io.github.cometspring.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Prometheus reads from a server.
 *
 * @param samples the lines with values
 */
record Scrape(List<String> samples) {

	/** Lets a server be scraped. */
	static final String EXPOSED = "management.endpoints.web.exposure.include=health,comet,prometheus";

	static Scrape of(CometServer server) {
		try (RawConnection prometheus = RawConnection.open(server.port())) {
			RawConnection.Answer answer = prometheus
				.send("GET /actuator/prometheus HTTP/1.1\r\nHost: localhost\r\n\r\n")
				.read();
			assertThat(answer.status()).isEqualTo(200);
			return new Scrape(answer.body().lines().filter((line) -> !line.startsWith("#")).toList());
		}
	}

	/**
	 * The names of all samples.
	 */
	Set<String> names() {
		Set<String> names = new TreeSet<>();
		this.samples.forEach((sample) -> names.add(sample.split("[{ ]")[0]));
		return names;
	}

	/**
	 * The samples of a name with some tags.
	 * @param name the name
	 * @param tags the tags, each as {@code key=value}
	 */
	List<String> find(String name, String... tags) {
		return this.samples.stream()
			.filter((sample) -> sample.split("[{ ]")[0].equals(name))
			.filter((sample) -> Arrays.stream(tags)
				.map((tag) -> tag.replaceFirst("=(.*)", "=\"$1\""))
				.allMatch((tag) -> sample.matches(".*[{,]\\Q" + tag + "\\E[,}].*")))
			.toList();
	}

	/**
	 * The sum of the samples of a name with some tags, of which there is one at least.
	 */
	double sum(String name, String... tags) {
		List<String> found = find(name, tags);
		assertThat(found).as("%s %s", name, List.of(tags)).isNotEmpty();
		return found.stream()
			.mapToDouble((sample) -> Double.parseDouble(sample.substring(sample.lastIndexOf(' ') + 1)))
			.sum();
	}

	/**
	 * By how much such a sum is larger than it was.
	 */
	double since(Scrape before, String name, String... tags) {
		return sum(name, tags) - before.sum(name, tags);
	}

}
