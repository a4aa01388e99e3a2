package io.github.cometspring.actuate;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commands on a server with nothing but the starter. One class, as all commands are sent
 * to the one server that it starts.
 */
class CometCommandsIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private static final Duration INITIAL_TIMEOUT = Duration.ofSeconds(20);

	private static CometServer server;

	private static Operator operator;

	@BeforeAll
	static void start() {
		server = CometServer.start();
		operator = Operator.of(server.port());
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void reset() {
		server.control().activate().then(server.control().setTimeout(INITIAL_TIMEOUT)).block(PATIENCE);
	}

	@AfterEach
	void requestsShouldNotBeLogged() {
		assertThat(log.complaints()).isEmpty();
		assertThat(log.ownMessages()).allMatch((message) -> message.contains("Exposing the actuator endpoint")
				|| message.matches("INFO .*CometOperations: Command [a-z_]+( PT\\S+)?( KILL)? given by loopback"));
	}

	@Test
	void deactivateWhenWithoutBodyShouldDeactivate() {
		Answer answer = operator.post("/actuator/comet/deactivate");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(Operator.json(answer).get("active").asBoolean()).isFalse();
		assertThat(server.control().isActive()).isFalse();
	}

	@Test
	void deactivateWhenSentByCurlShouldDeactivate() {
		assertThat(operator.post("/actuator/comet/deactivate", operator.host(), "User-Agent: curl/8.5.0", "Accept: */*")
			.status()).isEqualTo(200);
		assertThat(server.control().isActive()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{}", "{\"timeout\":5}" })
	void deactivateWhenJsonShouldDeactivate(String body) {
		assertThat(operator.json("/actuator/comet/deactivate", body).status()).isEqualTo(200);
		assertThat(server.control().isActive()).isFalse();
		assertThat(server.control().timeout()).isEqualTo(INITIAL_TIMEOUT);
	}

	@Test
	void deactivateWhenRepeatedShouldStayDeactivated() {
		operator.post("/actuator/comet/deactivate");
		Answer answer = operator.post("/actuator/comet/deactivate");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(Operator.json(answer).get("active").asBoolean()).isFalse();
	}

	@Test
	void activateWhenDeactivatedShouldServeAgain() {
		operator.post("/actuator/comet/deactivate");
		Answer answer = operator.post("/actuator/comet/activate");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(Operator.json(answer).get("active").asBoolean()).isTrue();
		assertThat(server.control().isActive()).isTrue();
	}

	@Test
	void activateWhenActiveShouldChangeNothing() {
		assertThat(Operator.json(operator.post("/actuator/comet/activate")).get("active").asBoolean()).isTrue();
		assertThat(operator.post("/actuator/comet/activate").status()).isEqualTo(200);
		assertThat(server.control().isActive()).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			{"timeout":"PT30S"}               | PT30S
			{"timeout":"PT30S","kill":true}   | PT30S
			{"timeout":"PT30S","kill":"true"} | PT30S
			{"timeout":"PT30S","kill":null}   | PT30S
			{"timeout":30}                    | PT30S
			{"timeout":"30"}                  | PT30S
			{"timeout":0.5}                   | PT0.5S
			{"timeout":"0.5"}                 | PT0.5S
			{"timeout":1e1}                   | PT10S
			{"timeout":0}                     | PT0S
			""")
	void setTimeoutWhenJsonShouldSet(String body, Duration expected) {
		Answer answer = operator.json("/actuator/comet/set_timeout", body);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(Operator.json(answer).get("timeout").asString()).isEqualTo(expected.toString());
		assertThat(server.control().timeout()).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource({ "30,PT30S", "30/KILL,PT30S", "0,PT0S", "0.25,PT0.25S", "PT1M,PT1M", "%33%30/%4BILL,PT30S" })
	void setTimeoutWhenInPathShouldSet(String arguments, Duration expected) {
		Answer answer = operator.post("/actuator/comet/set_timeout/" + arguments);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(Operator.json(answer).get("timeout").asString()).isEqualTo(expected.toString());
		assertThat(server.control().timeout()).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource({ "true,503", "false,0" })
	void setTimeoutWhenJsonShouldEndWaitingPollsIfToldTo(boolean kill, int expected) {
		assertPollAfterCommand(
				() -> operator.json("/actuator/comet/set_timeout", "{\"timeout\":\"PT30S\",\"kill\":" + kill + "}"),
				expected);
	}

	@ParameterizedTest
	@CsvSource({ "30/KILL,503", "30,0" })
	void setTimeoutWhenInPathShouldEndWaitingPollsIfToldTo(String arguments, int expected) {
		assertPollAfterCommand(() -> operator.post("/actuator/comet/set_timeout/" + arguments), expected);
	}

	private static void assertPollAfterCommand(Runnable command, int expected) {
		Channel channel = server.channels().obtain("kill").block(PATIENCE);
		assertThat(channel).isNotNull();
		Await.until(() -> channel.subscribers() == 0);
		try (RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=kill");
			Await.until(() -> channel.subscribers() == 1);
			command.run();
			if (expected == 0) {
				assertThat(channel.subscribers()).isOne();
				assertThat(client.hasAnswer()).isFalse();
			}
			else {
				Answer answer = client.read();
				assertThat(answer.status()).isEqualTo(expected);
				assertThat(answer.bytes()).isEmpty();
				assertThat(answer.header("Retry-After")).isNotNull();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "nan", "NaN", "inf", "-inf", "Infinity", "-1", "1e300", "abc", "30s", "0x1E", "PT-1S",
			"%20", "30%0A", "99999999999999999999" })
	void setTimeoutWhenNoTimeoutInPathShouldAnswer400(String timeout) {
		assertRefused(operator.post("/actuator/comet/set_timeout/" + timeout), 400);
		assertRefused(operator.post("/actuator/comet/set_timeout/" + timeout + "/KILL"), 400);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{}", "null", "{\"timeout\":null}", "{\"timeout\":\"\"}", "{\"timeout\":\"nan\"}",
			"{\"timeout\":\"inf\"}", "{\"timeout\":-1}", "{\"timeout\":1e300}", "{\"timeout\":\"abc\"}",
			"{\"timeout\":NaN}", "{\"timeout\":true}", "{\"timeout\":{}}", "{\"timeout\":[30]}", "{\"timeout\":", "[]",
			"30", "{\"timeout\":30,\"kill\":\"KILL\"}", "{\"kill\":true}", "\u0000" })
	void setTimeoutWhenNoTimeoutInJsonShouldAnswer400(String body) {
		assertRefused(operator.json("/actuator/comet/set_timeout", body), 400);
	}

	@Test
	void setTimeoutWhenWithoutBodyShouldAnswer400() {
		assertRefused(operator.post("/actuator/comet/set_timeout"), 400);
	}

	@Test
	void setTimeoutWhenBodyIsHugeShouldAnswer4xx() {
		String body = "{\"timeout\":\"" + "9".repeat(1_000_000) + "\"}";
		assertThat(operator.json("/actuator/comet/set_timeout", body).status()).isIn(400, 413);
		assertUnchanged();
	}

	@ParameterizedTest
	@ValueSource(strings = { "set_timeout/30/kill", "set_timeout/30/NOW", "set_timeout/30/KILL/KILL", "activate/30",
			"deactivate/KILL", "activate/30/KILL", "Deactivate", "DEACTIVATE", "stop", "comet:deactivate",
			"deactivate%20", "deactivate%2F", "deactivate/", "set_timeout%2030", "set_timeout%2F30", "set_timeout//30",
			"/deactivate", "%00", "..", "%" })
	void commandWhenUnknownShouldAnswer404(String command) {
		Answer answer = operator.post("/actuator/comet/" + command);
		// A malformed URI is refused before the command is looked up.
		assertRefused(answer, command.equals("%") ? 400 : 404);
	}

	@Test
	void commandWhenUnknownAndJsonShouldAnswer404() {
		assertRefused(operator.json("/actuator/comet/stop", "{\"timeout\":5}"), 404);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "set_timeout/30?command=deactivate", "set_timeout/30?command=deactivate&command=deactivate",
					"set_timeout/30?timeout=5", "set_timeout/30?timeout=5&kill=KILL", "set_timeout/30/KILL?timeout=5",
					"set_timeout/30/KILL?command=deactivate&timeout=5&kill=no" })
	void commandWhenSelectorIsInQueryShouldObeyPathOnly(String command) {
		assertThat(operator.post("/actuator/comet/" + command).status()).isEqualTo(200);
		assertThat(server.control().isActive()).isTrue();
		assertThat(server.control().timeout()).isEqualTo(Duration.ofSeconds(30));
	}

	@Test
	void setTimeoutWhenKillIsInQueryShouldNotKill() {
		assertPollAfterCommand(() -> operator.post("/actuator/comet/set_timeout/30?kill=KILL"), 0);
	}

	@Test
	void deactivateWhenOtherCommandInQueryShouldDeactivate() {
		assertThat(operator.post("/actuator/comet/deactivate?command=activate").status()).isEqualTo(200);
		assertThat(server.control().isActive()).isFalse();
	}

	@Test
	void setTimeoutWhenWithoutBodyAndCommandInQueryShouldAnswer400() {
		assertRefused(operator.post("/actuator/comet/set_timeout?command=deactivate"), 400);
	}

	@Test
	void setTimeoutWhenOtherCommandInBodyShouldSetTimeout() {
		assertThat(operator.json("/actuator/comet/set_timeout", "{\"command\":\"deactivate\",\"timeout\":5}").status())
			.isEqualTo(200);
		assertThat(server.control().isActive()).isTrue();
		assertThat(server.control().timeout()).isEqualTo(Duration.ofSeconds(5));
	}

	@Test
	void unknownWhenKnownCommandInBodyShouldAnswer404() {
		assertRefused(operator.json("/actuator/comet/unknown", "{\"command\":\"deactivate\"}"), 404);
	}

	@ParameterizedTest
	@CsvSource({ "POST,/actuator/comet", "PUT,/actuator/comet", "DELETE,/actuator/comet", "PATCH,/actuator/comet",
			"GET,/actuator/comet/deactivate", "PUT,/actuator/comet/deactivate", "DELETE,/actuator/comet/deactivate",
			"GET,/actuator/comet/set_timeout", "GET,/actuator/comet/set_timeout/30",
			"GET,/actuator/comet/set_timeout/30/KILL" })
	void requestWhenMethodIsWrongShouldAnswer405(String method, String target) {
		assertRefused(operator.send(method, target, "", operator.host()), 405);
	}

	@ParameterizedTest
	@ValueSource(strings = { "nonsense", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
			"application/x-www-form-urlencoded; charset=nonsense", "application/octet-stream", "application/xml", "*/*",
			"json", ";", "/", "a/b/c", "application/json, text/plain", "application/json; charset=\"", "" })
	void commandWhenBodyIsNotNeededShouldIgnoreContentType(String contentType) {
		assertThat(send("deactivate", contentType, "").status()).isEqualTo(200);
		assertThat(server.control().isActive()).isFalse();
		assertThat(send("activate", contentType, "any=thing").status()).isEqualTo(200);
		assertThat(server.control().isActive()).isTrue();
		assertThat(send("set_timeout/7", contentType, "timeout=9").status()).isEqualTo(200);
		assertThat(send("set_timeout/8/KILL", contentType, "").status()).isEqualTo(200);
		assertThat(server.control().timeout()).isEqualTo(Duration.ofSeconds(8));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{", "null", "[]", "deactivate", "\u0000" })
	void commandWhenBodyIsNotNeededShouldNotReadIt(String body) {
		assertThat(operator.json("/actuator/comet/deactivate", body).status()).isEqualTo(200);
		assertThat(server.control().isActive()).isFalse();
	}

	@Test
	void commandWhenBodyIsNotNeededAndChunkedShouldNotReadIt() {
		assertThat(operator
			.send("POST", "/actuator/comet/deactivate", "3\r\na=b\r\n0\r\n\r\n", operator.host(),
					"Content-Type: application/x-www-form-urlencoded", "Transfer-Encoding: chunked")
			.status()).isEqualTo(200);
		assertThat(server.control().isActive()).isFalse();
	}

	@Test
	void commandWhenBodyWasNotReadShouldLeaveConnectionUsable() {
		try (RawConnection connection = RawConnection.open(server.port())) {
			String head = "POST /actuator/comet/%s HTTP/1.1\r\n" + operator.host()
					+ "\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n";
			assertThat(connection.send(head.formatted("deactivate") + "x".repeat(100_000)).read().status())
				.isEqualTo(200);
			assertThat(connection.send(head.formatted("activate") + "x".repeat(100_000)).read().status())
				.isEqualTo(200);
		}
		assertThat(server.control().isActive()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "nonsense", "text/plain", "application/x-www-form-urlencoded" })
	void setTimeoutWhenNotJsonShouldDescribeUsage(String contentType) {
		Answer answer = send("set_timeout", contentType, "{\"timeout\":30}");
		assertRefused(answer, 400);
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/json;charset=utf-8", "APPLICATION/JSON",
			"application/vnd.spring-boot.actuator.v3+json" })
	void setTimeoutWhenJsonByAnotherNameShouldSet(String contentType) {
		assertThat(send("set_timeout", contentType, "{\"timeout\":30}").status()).isEqualTo(200);
		assertThat(server.control().timeout()).isEqualTo(Duration.ofSeconds(30));
	}

	private static Answer send(String command, String contentType, String body) {
		return operator.send("POST", "/actuator/comet/" + command, body, operator.host(),
				"Content-Type: " + contentType, "Content-Length: " + body.length());
	}

	@Test
	void stateShouldHaveItsKeys() {
		server.create("state").publish("kept").block(PATIENCE);
		try (RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=state");
			Await.until(() -> server.channels().find("state").block(PATIENCE).subscribers() == 1);
			Answer answer = operator.get("/actuator/comet");
			assertThat(answer.status()).isEqualTo(200);
			JsonNode state = Operator.json(answer);
			assertThat(state.propertyNames()).containsExactlyInAnyOrder("active", "timeout", "channels", "connections",
					"history");
			assertThat(state.get("active").asBoolean()).isTrue();
			assertThat(state.get("timeout").asString()).isEqualTo("PT20S");
			assertThat(state.get("channels").propertyNames()).containsExactlyInAnyOrder("count", "limit");
			assertThat(state.get("channels").get("count").asLong())
				.isEqualTo(server.channels().count().block(PATIENCE));
			assertThat(state.get("channels").get("limit").isNull()).isTrue();
			assertThat(state.get("connections").get("legacy").asInt()).isOne();
			assertThat(state.get("history").get("messages").asInt()).isOne();
		}
		Await.until(() -> Operator.json(operator.get("/actuator/comet")).at("/connections/legacy").asInt() == 0);
	}

	@Test
	void channelsWhenAskedForShouldNotBeExposed() {
		assertThat(operator.get("/actuator/cometchannels").status()).isEqualTo(404);
		assertThat(operator.get("/actuator/cometchannels/state").status()).isEqualTo(404);
	}

	@Test
	void healthWhenAskedForShouldBeExposed() {
		assertThat(operator.get("/actuator/health").status()).isEqualTo(200);
		assertThat(List.of(operator.get("/actuator/info").status(), operator.get("/actuator/env").status()))
			.containsOnly(404);
	}

	private static void assertRefused(Answer answer, int status) {
		assertThat(answer.status()).isEqualTo(status);
		assertUnchanged();
	}

	private static void assertUnchanged() {
		assertThat(server.control().isActive()).isTrue();
		assertThat(server.control().timeout()).isEqualTo(INITIAL_TIMEOUT);
	}

}
