package io.github.cometspring.netty;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.Certificate;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server that encrypts serves polls on the fast path like any other.
 */
class EncryptedIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@TempDir
	static Path directory;

	@Test
	void pollWhenEncryptedShouldTakeTheFastPath() throws IOException, InterruptedException {
		Certificate certificate = Certificate.in(directory);
		HttpClient client = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.sslContext(certificate.trusting())
			.build();
		try (CometServer server = CometServer.start("server.ssl.key-store=" + certificate.keyStore(),
				"server.ssl.key-store-password=" + Certificate.PASSWORD)) {
			Channel channel = server.create("a");
			CompletableFuture<HttpResponse<String>> poll = client.sendAsync(post(server, "application/x-ocsigen-comet"),
					BodyHandlers.ofString());
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("hello").block();
			assertThat(poll.orTimeout(10, TimeUnit.SECONDS).join().body()).isEqualTo("a:hello");
			// Counted after the poll, which would have been counted before
			assertThat(client.send(post(server, "text/plain"), BodyHandlers.ofString()).statusCode()).isEqualTo(415);
			Await.until(() -> Route.webFluxRequests(server, "POST") > 0);
			assertThat(Route.webFluxRequests(server, "POST")).isEqualTo(1);
		}
	}

	private static HttpRequest post(CometServer server, String type) {
		return HttpRequest.newBuilder(URI.create("https://localhost:%d/comet".formatted(server.port())))
			.header("Content-Type", type)
			.POST(BodyPublishers.ofString("registration=a"))
			.build();
	}

}
