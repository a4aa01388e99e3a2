package io.github.cometspring.actuate;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Optional;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Tests which requests for commands pass if the application sets no exposure, with each
 * strategy for forwarded headers.
 */
@ParameterizedClass
@ValueSource(strings = { "none", "framework", "native" })
class LoopbackGuardIT {

	// Reactor Netty warns of malformed requests, and Spring of invalid paths.
	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations",
			"org.springframework.web.reactive.resource.ResourceHandlerUtils");

	private static final String COMMAND = "/actuator/comet/deactivate";

	@Parameter
	String forwardHeadersStrategy;

	private static CometServer server;

	private static String startedWith = "";

	private Operator operator;

	@BeforeEach
	void start() {
		if (!startedWith.equals(this.forwardHeadersStrategy)) {
			stop();
			server = CometServer.start("server.forward-headers-strategy=" + this.forwardHeadersStrategy);
			startedWith = this.forwardHeadersStrategy;
		}
		server.control().activate().block();
		this.operator = Operator.of(server.port());
	}

	@AfterEach
	void requestsShouldNotBeLogged() {
		assertThat(log.complaints()).isEmpty();
		assertThat(log.ownMessages()).allMatch((message) -> message.contains("Exposing the actuator endpoint")
				|| message.endsWith(" given by loopback"));
	}

	@AfterAll
	static void stop() {
		if (server != null) {
			server.close();
			server = null;
			startedWith = "";
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "127.1.2.3", "localhost", "LocalHost", "[::1]", "127.0.0.1:1",
			"localhost:8080", "[::1]:65535" })
	void requestWhenHostIsLoopbackShouldPass(String host) {
		assertPasses(this.operator.post(COMMAND, "Host: " + host));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none", "X-Request-Id: 1" })
	void requestWhenHeaderIsHarmlessShouldPass(String header) {
		assertPasses(this.operator.post(COMMAND, this.operator.host(), header));
	}

	@Test
	void requestWhenOriginIsTheSameShouldPass() {
		String authority = "localhost:" + server.port();
		assertPasses(this.operator.post(COMMAND, "Host: " + authority, "Origin: http://" + authority,
				"Sec-Fetch-Site: same-origin"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "evil.example", "localhost.evil.example", "127.0.0.1.evil", "127.0.0.1.evil.example",
			"127.0.0", "0.0.0.0", "10.0.0.1", "192.168.0.1:8080", "[::2]", "[::1].evil.example", "localhost:80:80",
			"localhost:evil", "evil.example:127.0.0.1", "evil@localhost", "localhost@evil.example", "[", "" })
	void requestWhenHostIsForeignShouldBeRefused(String host) {
		Answer answer = this.operator.post(COMMAND, "Host: " + host);
		assertNotExecuted(answer, 403, 400);
	}

	@Test
	void requestWhenHostIsTheSecondShouldBeRefused() {
		assertNotExecuted(this.operator.post(COMMAND, "Host: localhost", "Host: evil.example"), 403, 400);
	}

	@Test
	void requestWhenHostIsMissingShouldBeRefused() {
		assertNotExecuted(this.operator.send("POST " + COMMAND + " HTTP/1.0\r\n\r\n"), 403, 400);
		assertNotExecuted(this.operator.send("POST " + COMMAND + " HTTP/1.1\r\n\r\n"), 403, 400);
	}

	@Test
	void requestWhenHttp10AndHostIsLoopbackShouldPass() {
		assertPasses(this.operator.send("POST " + COMMAND + " HTTP/1.0\r\nHost: localhost\r\n\r\n"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://evil.example", "http://evil.example:80", "https://localhost.evil.example",
			"HTTP://evil.example", "http:" })
	void requestWhenTargetIsAbsoluteAndForeignShouldBeRefused(String origin) {
		assertNotExecuted(this.operator.post(origin + COMMAND), 403, 400, 404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://evil.example", "https://evil.example:8443", "null", "", "file://", "localhost",
			"http://localhost:1", "http://127.0.0.1", "http://localhost.evil.example", "not an origin" })
	void requestWhenOriginIsForeignShouldBeRefused(String origin) {
		assertRefused(this.operator.post(COMMAND, this.operator.host(), "Origin: " + origin));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: ",
			"Sec-Fetch-Site: anything" })
	void requestWhenPageIsOfAnotherSiteShouldBeRefused(String header) {
		assertRefused(this.operator.post(COMMAND, this.operator.host(), header));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Forwarded: for=127.0.0.1", "forwarded: for=192.0.2.1;host=localhost",
			"X-Forwarded-For: 127.0.0.1", "x-forwarded-for: 192.0.2.1", "X-FORWARDED-HOST: localhost",
			"X-Forwarded-Proto: https", "X-Forwarded-Port: 443", "X-Forwarded-Prefix: ", "X-Forwarded-Ssl: on",
			"X-Forwarded-Anything: 1", "Via: 1.1 proxy", "X-Real-IP: 127.0.0.1", "True-Client-IP: 127.0.0.1",
			"CF-Connecting-IP: 127.0.0.1", "CF-Ray: 1", "X-Client-IP: 127.0.0.1", "Client-IP: 127.0.0.1",
			"X-Envoy-External-Address: 127.0.0.1", "X-Envoy-Internal: true", "CDN-Loop: cloudflare",
			"X-Original-URI: /", "X-Original-Forwarded-For: 127.0.0.1", "X-Cluster-Client-IP: 127.0.0.1",
			"Fastly-Client-IP: 127.0.0.1", "X-Azure-ClientIP: 127.0.0.1", "X-Amzn-Trace-Id: Root=1",
			"X_Forwarded_For: 127.0.0.1", "X-ProxyUser-Ip: 127.0.0.1", "Proxy-Connection: keep-alive" })
	void requestWhenForwardedShouldBeRefused(String header) {
		assertRefused(this.operator.post(COMMAND, this.operator.host(), header));
	}

	@Test
	void stateWhenForwardedShouldBeRefused() {
		assertThat(this.operator.send("GET", "/actuator/comet", "", this.operator.host(), "X-Forwarded-For: 192.0.2.1")
			.status()).isEqualTo(403);
	}

	@Test
	void healthWhenForwardedShouldNotBeGuarded() {
		assertThat(this.operator.send("GET", "/actuator/health", "", "Host: example.org", "X-Forwarded-For: 192.0.2.1")
			.status()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/%63omet/deactivate", "/%61ctuator/comet/deactivate",
			"/actuator/comet/%64eactivate", "/actuator//comet/deactivate", "//actuator/comet/deactivate",
			"/actuator/comet//deactivate", "/actuator/comet/deactivate/", "/actuator/comet;x=1/deactivate",
			"/actuator;x=1/comet;y/deactivate;z=2", "/actuator/./comet/deactivate", "/actuator/x/../comet/deactivate",
			"/actuator/%2E%2E/actuator/comet/deactivate", "/actuator%2Fcomet%2Fdeactivate",
			"/actuator/comet%2Fdeactivate", "/actuator\\comet\\deactivate", "/actuator/comet/deactivate%00",
			"/ACTUATOR/comet/deactivate", "/actuator/Comet/deactivate", "/actuator/comet/deactivate?x",
			"/actuator/comet/deactivate#x", "/;/actuator/comet/deactivate", "/actuator/comet/set_timeout/0/KILL" })
	void requestWhenPathIsDisguisedShouldNotBypassGuard(String target) {
		Answer answer = this.operator.post(target, this.operator.host(), "X-Forwarded-For: 192.0.2.1");
		assertNotExecuted(answer, 403, 404, 400);
		assertThat(server.control().timeout().toSeconds()).isEqualTo(20);
	}

	@Test
	void requestWhenPrefixIsForwardedShouldNotBypassGuard() {
		assertNotExecuted(
				this.operator.post("/comet/deactivate", this.operator.host(), "X-Forwarded-Prefix: /actuator"), 403,
				404);
		assertNotExecuted(
				this.operator.post("/x/actuator/comet/deactivate", this.operator.host(), "X-Forwarded-Prefix: /x"), 403,
				404);
	}

	@Test
	void requestWhenPeerIsNotLoopbackShouldBeRefused() throws IOException {
		Optional<InetAddress> address = NetworkInterface.networkInterfaces()
			.flatMap(NetworkInterface::inetAddresses)
			.filter((candidate) -> !candidate.isLoopbackAddress() && !candidate.isLinkLocalAddress())
			.findFirst();
		assumeThat(address).as("an address of this machine that is not loopback").isPresent();
		Operator remote = new Operator(address.get(), server.port());
		assertRefused(remote.post(COMMAND, "Host: localhost"));
		assertRefused(
				remote.post(COMMAND, "Host: localhost", "X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1"));
	}

	private static void assertPasses(Answer answer) {
		assertThat(answer.status()).isEqualTo(200);
		assertThat(server.control().isActive()).isFalse();
	}

	private static void assertRefused(Answer answer) {
		assertNotExecuted(answer, 403);
		assertThat(answer.body()).contains("management.endpoints.web.exposure.include");
		assertThat(answer.header("Content-Type")).startsWith("text/plain");
	}

	private static void assertNotExecuted(Answer answer, Integer... statuses) {
		assertThat(answer.status()).isIn((Object[]) statuses);
		assertThat(server.control().isActive()).isTrue();
	}

}
