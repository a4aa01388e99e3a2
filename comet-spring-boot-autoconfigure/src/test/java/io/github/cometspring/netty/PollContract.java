package io.github.cometspring.netty;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.channel.Outcome;
import io.github.cometspring.netty.PolledNode.Path;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.testing.QuietLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node whose clients poll on one of the paths, and all of whose slots are free again in
 * the end.
 */
abstract class PollContract {

	static final Duration MOMENT = Duration.ofMillis(1);

	// Failures of the application are told by Spring, or where there is no Spring by us.
	@RegisterExtension
	static final QuietLog log = new QuietLog("org.springframework.web.server.adapter.HttpWebHandlerAdapter",
			"io.github.cometspring.subscription.RefusalLog", FastPoll.class.getName(),
			"io.github.cometspring.subscription.Admission");

	@Nullable PolledNode opened;

	@AfterEach
	void everySlotShouldBeFree() {
		PolledNode node = this.opened;
		assertThat(node).isNotNull();
		assertThat(node.connections()).isZero();
		assertThat(node.channel("a").subscribers()).isZero();
		node.close();
		assertThat(node.connections()).isZero();
	}

	PolledNode node(Path path) {
		return node(path, null);
	}

	PolledNode node(Path path, @Nullable ChannelAuthorizer authorizer) {
		PolledNode node = new PolledNode(path, authorizer);
		node.channel("a");
		this.opened = node;
		return node;
	}

	static void assertFailed(CompletableFuture<Outcome> outcome) {
		assertThat(outcome).isCompleted();
		assertThat(outcome.join().failed()).isOne();
		assertThat(outcome.join().delivered()).isZero();
	}

	static void assertRefusalGivenUp(PolledNode node, String body) {
		node.poll(body);
		assertThat(node.connections()).isZero();
		assertThat(node.answer()).isEqualTo("none yet");
		node.pass(PolledNode.WRITE_TIMEOUT);
		assertThat(node.answer()).isNotEqualTo("none yet");
	}

	ChannelAuthorizer after(Duration time, boolean decision) {
		return (principal, channel) -> Mono.delay(time, opened().time).thenReturn(decision);
	}

	PolledNode opened() {
		PolledNode node = this.opened;
		assertThat(node).isNotNull();
		return node;
	}

}
