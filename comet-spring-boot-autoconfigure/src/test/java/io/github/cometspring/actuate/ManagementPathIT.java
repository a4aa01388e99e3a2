package io.github.cometspring.actuate;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * The commands and the guard at every path and port of the actuator.
 */
class ManagementPathIT {

	private static final String FORWARDED = "X-Forwarded-For: 192.0.2.1";

	private static Stream<Arguments> paths() {
		return Stream.of(
				arguments("/manage/comet", "/comet", new String[] { "management.endpoints.web.base-path=/manage" }),
				arguments("/comet", "/push",
						new String[] { "management.endpoints.web.base-path=/", "comet.path=/push" }),
				arguments("/actuator/ops/push", "/comet",
						new String[] { "management.endpoints.web.path-mapping.comet=ops/push" }),
				arguments("/app/actuator/comet", "/app/comet", new String[] { "spring.webflux.base-path=/app" }),
				arguments("/actuator/comet", "/comet", new String[] { "management.server.port=0" }),
				arguments("/admin/manage/comet", "/app/comet",
						new String[] { "management.server.port=0", "management.server.base-path=/admin",
								"management.endpoints.web.base-path=/manage", "spring.webflux.base-path=/app" }),
				arguments("/comet", "/comet",
						new String[] { "management.server.port=0", "management.endpoints.web.base-path=/" }));
	}

	@ParameterizedTest
	@MethodSource("paths")
	void commandWhenEndpointIsElsewhereShouldWorkAndBeGuarded(String endpoint, String path, String[] properties) {
		try (CometServer server = CometServer.start(properties)) {
			Operator operator = Operator.of(server.managementPort());
			assertThat(operator.get(endpoint).status()).isEqualTo(200);
			assertThat(operator.post(endpoint + "/set_timeout/30?command=deactivate&timeout=5").status())
				.isEqualTo(200);
			assertThat(operator.post(endpoint + "/deactivate", operator.host(), FORWARDED).status()).isEqualTo(403);
			assertThat(operator.post(endpoint + "/deactivate", "Host: evil.example").status()).isEqualTo(403);
			assertThat(server.control().isActive()).isTrue();
			assertThat(server.control().timeout()).isEqualTo(Duration.ofSeconds(30));
			assertThat(operator.post(endpoint + "/deactivate").status()).isEqualTo(200);
			assertThat(poll(server, path)).isEqualTo(503);
			assertThat(operator.post(endpoint + "/activate").status()).isEqualTo(200);
			assertThat(poll(server, path)).isEqualTo(200);
			if (server.port() != server.managementPort()) {
				assertThat(Operator.of(server.port()).post("/actuator/comet/deactivate").status()).isEqualTo(404);
			}
		}
	}

	private static Stream<Arguments> ownPorts() {
		return Stream.of(arguments("", new String[] {}),
				arguments("/admin", new String[] { "management.server.base-path=/admin" }),
				arguments("", new String[] { "comet.fast-path=false" }),
				arguments("", new String[] { "comet.path=/**" }),
				arguments("", new String[] { "comet.allowed-origins=*" }));
	}

	@ParameterizedTest
	@MethodSource("ownPorts")
	void endpointOfClientsWhenManagementHasItsPortShouldNotBeThere(String base, String[] properties) {
		String[] all = Stream.concat(Stream.of("management.server.port=0"), Stream.of(properties))
			.toArray(String[]::new);
		try (CometServer server = CometServer.start(all)) {
			Operator operator = Operator.of(server.managementPort());
			for (String path : List.of("/comet", "/comet/comet.js", base + "/comet", base + "/comet/comet.js")) {
				assertThat(operator.get(path).status()).as(path).isEqualTo(404);
				assertThat(operator.send("GET", path, "", operator.host(), "Accept: text/event-stream").status())
					.isEqualTo(404);
				assertThat(operator
					.send("POST", path, "registration=unknown", operator.host(),
							"Content-Type: application/x-ocsigen-comet", "Content-Length: 20")
					.status()).isEqualTo(404);
				assertThat(operator
					.send("POST", path, "{}", operator.host(), "Content-Type: application/json", "Content-Length: 2")
					.status()).isEqualTo(404);
				assertThat(operator
					.send("OPTIONS", path, "", operator.host(), "Origin: https://example.org",
							"Access-Control-Request-Method: POST")
					.headerNames()).doesNotContain("Access-Control-Allow-Origin");
			}
			assertThat(poll(server, "/comet")).isEqualTo(200);
			assertThat(Operator.of(server.port()).get("/comet/comet.js").status()).isEqualTo(200);
		}
	}

	private static int poll(CometServer server, String path) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.request("POST", path, "application/x-ocsigen-comet", "registration=unknown").read().status();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoint.comet.access=read-only",
			"management.endpoints.access.max-permitted=read-only" })
	void commandWhenAccessIsReadOnlyShouldNotBeThere(String property) {
		try (CometServer server = CometServer.start(property)) {
			Operator operator = Operator.of(server.port());
			assertThat(operator.get("/actuator/comet").status()).isEqualTo(200);
			assertThat(operator.send("GET", "/actuator/comet", "", operator.host(), FORWARDED).status()).isEqualTo(403);
			assertThat(operator.post("/actuator/comet/deactivate").status()).isEqualTo(404);
			assertThat(operator.json("/actuator/comet/set_timeout", "{\"timeout\":5}").status()).isEqualTo(404);
			assertThat(operator.post("/actuator/comet/set_timeout/5/KILL").status()).isEqualTo(404);
			assertThat(server.control().isActive()).isTrue();
			assertThat(server.control().timeout()).isEqualTo(Duration.ofSeconds(20));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoint.comet.access=none", "management.endpoints.access.default=none" })
	void endpointWhenAccessIsNoneShouldNotBeThere(String property) {
		try (CometServer server = CometServer.start(property)) {
			Operator operator = Operator.of(server.port());
			assertThat(operator.get("/actuator/comet").status()).isEqualTo(404);
			assertThat(operator.post("/actuator/comet/deactivate").status()).isEqualTo(404);
			assertThat(server.control().isActive()).isTrue();
			assertThat(poll(server, "/comet")).isEqualTo(200);
		}
	}

}
