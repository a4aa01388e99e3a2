package io.github.cometspring.netty;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.channel.Outcome;
import io.github.cometspring.netty.PolledNode.Way;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.testing.QuietLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node whose clients poll one way or another, and all of whose places are given back in
 * the end.
 */
abstract class PollContract {

	static final Duration MOMENT = Duration.ofMillis(1);

	// Failures of the application are told by Spring, or where there is no Spring by us.
	@RegisterExtension
	static final QuietLog log = new QuietLog("org.springframework.web.server.adapter.HttpWebHandlerAdapter",
			FastPoll.class.getName(), "io.github.cometspring.subscription.Admission");

	@Nullable PolledNode opened;

	@AfterEach
	void everyPlaceShouldBeGivenBack() {
		PolledNode node = this.opened;
		assertThat(node).isNotNull();
		assertThat(node.connections()).isZero();
		assertThat(node.channel("a").subscribers()).isZero();
		node.close();
		assertThat(node.connections()).isZero();
	}

	PolledNode node(Way way) {
		return node(way, null);
	}

	PolledNode node(Way way, @Nullable ChannelAuthorizer authorizer) {
		PolledNode node = new PolledNode(way, authorizer);
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
