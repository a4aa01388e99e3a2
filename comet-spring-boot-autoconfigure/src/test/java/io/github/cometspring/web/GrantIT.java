package io.github.cometspring.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import static io.github.cometspring.web.GrantServers.HOUR;
import static io.github.cometspring.web.GrantServers.KEY;
import static io.github.cometspring.web.GrantServers.grant;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Signed grants (protocol, section 10) permit their channels and no other, in every
 * dialect and on every path, and what is no grant of this server permits nothing.
 */
@SetsFastPath
class GrantIT {

	@RegisterExtension
	static final GrantServers servers = new GrantServers();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static CometServer keysOnly;

	@BeforeAll
	static void start() {
		keysOnly = CometServer.start("comet.grants.keys=" + KEY);
		keysOnly.create("a").publish("m").block(PATIENCE);
	}

	@AfterAll
	static void stop() {
		keysOnly.close();
	}

	static Stream<Arguments> everywhere() {
		return GrantServers.everywhere();
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenThereIsAGrantShouldServeItsChannelAndRefuseOthers(boolean fastPath, Transport transport) {
		CometServer server = servers.server(fastPath);
		String grant = grant(server, "a", HOUR);
		assertThat(GrantAnswer.ask(server, transport, List.of("a"), grant)).isEqualTo(GrantAnswer.served("a"));
		assertThat(GrantAnswer.ask(server, transport, List.of("b"), grant))
			.isEqualTo(GrantAnswer.refused("b", transport));
		assertThat(GrantAnswer.ask(server, transport, List.of("a", "b"), grant))
			.isEqualTo(new GrantAnswer(List.of("a"), List.of("b")));
		assertThat(GrantAnswer.ask(server, transport, List.of("a", "b"), grant, grant(server, "b", HOUR)))
			.isEqualTo(GrantAnswer.served("a", "b"));
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenThereIsNoGrantShouldServeWhatTheOtherAuthorizerPermits(boolean fastPath, Transport transport) {
		CometServer server = servers.server(fastPath);
		assertThat(GrantAnswer.ask(server, transport, List.of("public", "a")))
			.isEqualTo(new GrantAnswer(List.of("public"), List.of("a")));
		assertThat(GrantAnswer.ask(server, transport, List.of("a"))).isEqualTo(GrantAnswer.refused("a", transport));
		assertThat(GrantAnswer.ask(server, transport, List.of("public", "a"), grant(server, "a", HOUR)))
			.isEqualTo(GrantAnswer.served("a", "public"));
	}

	@ParameterizedTest
	@EnumSource
	void listenWhenApplicationHasKeysOnlyShouldDemandGrants(Transport transport) {
		CometServer server = keysOnly;
		assertThat(GrantAnswer.ask(server, transport, List.of("a"), grant(server, "a", HOUR)))
			.isEqualTo(GrantAnswer.served("a"));
		assertThat(GrantAnswer.ask(server, transport, List.of("a"))).isEqualTo(GrantAnswer.refused("a", transport));
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "SSE" })
	void listenWhenGrantIsInHeaderShouldServe(Transport transport) {
		CometServer server = servers.server(true);
		String header = "Comet-Grant: " + grant(server, "b", HOUR) + " ,, " + grant(server, "a", HOUR);
		try (RawConnection client = RawConnection.open(server.port())) {
			if (transport == Transport.JSON) {
				Answer answer = client
					.request("POST", "/comet", "application/json", JsonPollClient.request("earliest", null, "a"),
							header)
					.read();
				assertThat(JsonPollClient.events(answer.body())).containsExactly("a=m");
			}
			else {
				assertThat(RawEventStream.open(client, "channel=a&cursor=earliest", header).message().data())
					.contains("\"m\"");
			}
		}
	}

	static Stream<String> hostile() {
		String valid = foreignProgram(KEY, 1, Long.MAX_VALUE / 1_000_000_000, "a");
		byte[] content = Base64.getUrlDecoder().decode(valid.split("\\.")[0]);
		return Stream.of(valid.substring(0, valid.length() - 1), valid + "A", valid + "=", valid.replace('.', ','),
				valid.substring(0, valid.length() - 2) + "--", foreignProgram(KEY, 1, 1, "a"),
				foreignProgram(KEY, 2, 4_102_444_800L, "a"), foreignProgram(KEY, 1, 4_102_444_800L, "b"),
				foreignProgram(KEY, 1, 4_102_444_800L, ""), foreignProgram("x" + KEY, 1, 4_102_444_800L, "a"),
				foreignProgram(KEY, 1, 4_102_444_800L, "a".repeat(2000)),
				Base64.getUrlEncoder().withoutPadding().encodeToString(content) + ".", ".", "a.b", "null", "{}", "a",
				"'; DROP TABLE grants; --", "%00%0d%0aX: y", "..", "A".repeat(3000), "eyJhbGciOiJub25lIn0.e30.");
	}

	@ParameterizedTest
	@MethodSource("hostile")
	void listenWhenGrantIsHostileShouldRefuseAndLogNothingOfIt(String grant) {
		Logger logger = (Logger) LoggerFactory.getLogger("io.github.cometspring");
		ListAppender<ILoggingEvent> lines = new ListAppender<>();
		lines.start();
		Level level = logger.getLevel();
		logger.setLevel(Level.TRACE);
		logger.addAppender(lines);
		try {
			everywhere().forEach((each) -> {
				boolean fastPath = (boolean) each.get()[0];
				Transport transport = (Transport) each.get()[1];
				assertThat(GrantAnswer.ask(servers.server(fastPath), transport, List.of("a"), grant))
					.isEqualTo(GrantAnswer.refused("a", transport));
			});
		}
		finally {
			logger.setLevel(level);
			logger.detachAppender(lines);
		}
		assertThat(List.copyOf(lines.list)).map(ILoggingEvent::getFormattedMessage)
			.noneMatch((line) -> grant.length() > 6 && line.contains(grant));
	}

	/** So that the hostile ones are not refused for another reason. */
	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenGrantIsOfAnotherProgramShouldServe(boolean fastPath, Transport transport) {
		assertThat(GrantAnswer.ask(servers.server(fastPath), transport, List.of("a"),
				foreignProgram(KEY, 1, 4_102_444_800L, "a")))
			.isEqualTo(GrantAnswer.served("a"));
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenThereAreTooManyGrantsShouldLookAtFirstOnes(boolean fastPath, Transport transport) {
		CometServer server = servers.server(fastPath);
		String grant = grant(server, "a", HOUR);
		List<String> grants = new ArrayList<>(IntStream.range(0, 4).mapToObj((i) -> "x" + i).toList());
		grants.add(grant);
		assertThat(GrantAnswer.ask(server, transport, List.of("a"), grants.toArray(String[]::new)))
			.isEqualTo(GrantAnswer.served("a"));
		grants.add(0, "more");
		assertThat(GrantAnswer.ask(server, transport, List.of("a"), grants.toArray(String[]::new)))
			.isEqualTo(GrantAnswer.refused("a", transport));
	}

	@Test
	void pollWhenGrantsAreNoListShouldAnswer400() {
		try (RawConnection client = RawConnection.open(servers.server(true).port())) {
			Answer answer = client
				.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"],\"grants\":\"a.b\"}")
				.read();
			assertThat(JsonPollClient.assertProblem(answer, 400).path("detail").stringValue()).contains("grants");
		}
	}

	/**
	 * A grant as the protocol describes it.
	 */
	private static String foreignProgram(String key, int version, long end, String channel) {
		byte[] id = channel.getBytes(StandardCharsets.UTF_8);
		byte[] keyId = Arrays.copyOf(hmac(key, "comet.grants.id".getBytes(StandardCharsets.US_ASCII)), 4);
		byte[] content = ByteBuffer.allocate(13 + id.length)
			.put((byte) version)
			.put(keyId)
			.putLong(end)
			.put(id)
			.array();
		Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
		return base64.encodeToString(content) + "." + base64.encodeToString(hmac(key, content));
	}

	private static byte[] hmac(String key, byte[] content) {
		try {
			Mac mac = Mac.getInstance("HmacSHA256");
			mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
			return mac.doFinal(content);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
