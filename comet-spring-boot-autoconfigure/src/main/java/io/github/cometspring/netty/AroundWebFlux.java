package io.github.cometspring.netty;

import io.github.cometspring.subscription.Connection;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.PollDialect;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The way of polls that nobody in the application would miss.
 *
 * @param subscriptions what it opens
 * @param eventLoops where clients are served
 */
record AroundWebFlux(Subscriptions subscriptions, ReactorNettyEventLoops eventLoops) implements PollWay {

	@Override
	public @Nullable HeldPoll admit(ArrivingPoll arriving, FastPathHandler handler, ChannelHandlerContext context) {
		PollDialect dialect = arriving.dialect();
		Connection connection = this.subscriptions.tryConnect(dialect.dialect(), this.eventLoops.of(context.channel()));
		if (connection == null) {
			// The ordinary way says why.
			return null;
		}
		try {
			SubscriptionRequest asked = dialect.read(arriving.head().headers()::getAll, arriving.body(), Mono.empty());
			return new FastPoll(handler, dialect, connection, asked);
		}
		// The ordinary way meets it again, and says what has to be said.
		catch (RuntimeException ex) {
			connection.close();
			return null;
		}
	}

	@Override
	public boolean isAroundWebFlux() {
		return true;
	}

}
