package io.github.cometspring.netty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.Requirement;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many sockets clients take, each of them one file descriptor.
 */
class DescriptorsIT {

	private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

	private static final int CLIENTS = 20;

	@Test
	void clientShouldTakeOneDescriptor() throws Exception {
		Requirement.require(DESCRIPTORS.toString(), Files.isDirectory(DESCRIPTORS));
		List<AutoCloseable> clients = new ArrayList<>();
		try (CometServer server = CometServer.start("comet.timeout=1h", "comet.heartbeat=1h")) {
			Channel channel = server.create("a");
			long before = sockets();
			for (int i = 0; i < CLIENTS; i++) {
				clients.add(RawConnection.open(server.port()).poll("registration=a"));
				clients.add(RawEventStream.open(server.port(), "channel=a"));
				RawWebSocket socket = RawWebSocket.open(server.port());
				clients.add(socket.send("{\"subscribe\":[\"a\"]}"));
			}
			Await.until(() -> channel.subscribers() == 3 * CLIENTS);
			// The other end of each connection is in this process, too.
			assertThat(sockets() - before).isEqualTo(2 * 3 * CLIENTS);
		}
		finally {
			for (AutoCloseable client : clients) {
				client.close();
			}
		}
	}

	private static long sockets() throws IOException {
		try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
			return descriptors.filter(DescriptorsIT::isSocket).count();
		}
	}

	private static boolean isSocket(Path descriptor) {
		try {
			return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
		}
		catch (IOException ex) {
			// It is closed.
			return false;
		}
	}

}
