package io.github.cometspring.web;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class LegacyPollIT {

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void pollWhenPublishedShouldAnswerMessage() {
		Channel channel = server.create("smoke");
		try (RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=smoke");
			await().until(() -> channel.subscribers() == 1);
			channel.publish("héllo").block(Duration.ofSeconds(5));
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).isEqualTo("smoke:h%C3%A9llo");
			assertThat(answer.headers()).hasSize(8);
		}
	}

	@Test
	void pollWhenClientClosesShouldNoLongerCount() {
		Channel channel = server.create("closing");
		try (RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=closing");
			await().until(() -> channel.subscribers() == 1);
		}
		await().atMost(Duration.ofSeconds(1)).until(() -> channel.subscribers() == 0);
	}

	@Test
	void pollWhenDeactivatedShouldAnswer503() {
		Channel channel = server.create("deactivated");
		try (RawConnection client = RawConnection.open(server.port());
				RawConnection operator = RawConnection.open(server.port())) {
			client.poll("registration=deactivated");
			await().until(() -> channel.subscribers() == 1);
			operator.send("POST /actuator/comet/deactivate HTTP/1.1\r\nHost: localhost\r\n\r\n");
			Answer state = operator.read();
			System.out.println(state + state.body());
			Answer answer = client.read();
			System.out.println(answer);
			assertThat(answer.status()).isEqualTo(503);
			operator.send("POST /actuator/comet/activate HTTP/1.1\r\nHost: localhost\r\n\r\n");
			System.out.println(operator.read().body());
			operator.request("POST", "/actuator/comet/set_timeout", "application/json",
					"{\"timeout\":20,\"kill\":true,\"command\":\"deactivate\"}");
			System.out.println(operator.read().body());
			operator.send(
					"POST /actuator/comet/set_timeout/21/KILL?command=deactivate HTTP/1.1\r\nHost: localhost\r\n\r\n");
			System.out.println(operator.read().body());
		}
	}

}
