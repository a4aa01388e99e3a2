package io.github.cometspring.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.MockServerConfigurer;

/**
 * How the clients of a tester connect.
 *
 * @param transport the transport
 * @param timeout how long to wait for anything
 * @param headers the headers of each request, not changed any more
 * @param grants the grants to present
 * @param user who is logged in, in process, or {@code null} for nobody
 * @param configurers change the handlers in process
 * @param path the path of the endpoint, or {@code null} for that of the application
 */
record TesterSettings(Transport transport, Duration timeout, HttpHeaders headers, List<String> grants,
		@Nullable TestUser user, List<MockServerConfigurer> configurers, @Nullable String path) {

	static final TesterSettings DEFAULT = new TesterSettings(Transport.SSE, Duration.ofSeconds(5), new HttpHeaders(),
			List.of(), null, List.of(), null);

	TesterSettings {
		if (timeout.isZero() || timeout.isNegative()) {
			throw new IllegalArgumentException("Timeout must be positive: " + timeout);
		}
	}

	TesterSettings withTransport(Transport transport) {
		return new TesterSettings(transport, this.timeout, this.headers, this.grants, this.user, this.configurers,
				this.path);
	}

	TesterSettings withTimeout(Duration timeout) {
		return new TesterSettings(this.transport, timeout, this.headers, this.grants, this.user, this.configurers,
				this.path);
	}

	TesterSettings withHeaders(Consumer<HttpHeaders> change) {
		HttpHeaders changed = new HttpHeaders();
		copyTo(changed);
		change.accept(changed);
		return new TesterSettings(this.transport, this.timeout, changed, this.grants, this.user, this.configurers,
				this.path);
	}

	TesterSettings withGrants(List<String> grants) {
		return new TesterSettings(this.transport, this.timeout, this.headers, List.copyOf(grants), this.user,
				this.configurers, this.path);
	}

	TesterSettings withUser(TestUser user) {
		return new TesterSettings(this.transport, this.timeout, this.headers, this.grants, user, this.configurers,
				this.path);
	}

	TesterSettings withConfigurer(MockServerConfigurer configurer) {
		List<MockServerConfigurer> all = new ArrayList<>(this.configurers);
		all.add(configurer);
		return new TesterSettings(this.transport, this.timeout, this.headers, this.grants, this.user, List.copyOf(all),
				this.path);
	}

	TesterSettings withPath(String path) {
		return new TesterSettings(this.transport, this.timeout, this.headers, this.grants, this.user, this.configurers,
				path);
	}

	/**
	 * The headers of HTTP requests, which present the grants, too.
	 * @param target the headers of the request
	 */
	void addTo(HttpHeaders target) {
		copyTo(target);
		if (!this.grants.isEmpty()) {
			target.set("Comet-Grant", String.join(",", this.grants));
		}
	}

	/**
	 * Copies the lists of values, too: {@code HttpHeaders.putAll} would share them, so
	 * that a change of the target changed these settings.
	 */
	void copyTo(HttpHeaders target) {
		this.headers.forEach((name, values) -> target.put(name, new ArrayList<>(values)));
	}

}
