package io.github.cometspring.netty;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

import org.springframework.http.server.reactive.HttpHandler;

/**
 * A poll on the filter path: the application gets its request without Reactor Netty.
 * Belongs to the event loop of its connection; the application may answer on any thread.
 */
final class NettyExchange implements HeldPoll, CoreSubscriber<Void> {

	private final HttpHandler application;

	private final NettyServerHttpRequest request;

	private final NettyServerHttpResponse response;

	private final FastPathHandler handler;

	private final NettyClientSockets sockets;

	private volatile @Nullable Subscription subscription;

	private volatile boolean ended;

	NettyExchange(HttpHandler application, NettyServerHttpRequest request, NettyServerHttpResponse response,
			FastPathHandler handler, NettyClientSockets sockets) {
		this.application = application;
		this.request = request;
		this.response = response;
		this.handler = handler;
		this.sockets = sockets;
	}

	@Override
	public void start(ArrivingPoll arriving) {
		this.sockets.exchangeBegan();
		try {
			this.application.handle(this.request, this.response).subscribe(this);
		}
		// The client gets an answer on any failure.
		catch (Throwable ex) {
			onError(ex);
		}
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.subscription = subscription;
		if (this.ended) {
			subscription.cancel();
		}
		else {
			subscription.request(Long.MAX_VALUE);
		}
	}

	@Override
	public void onNext(Void nothing) {
		// A Mono<Void> has no element.
	}

	@Override
	public void onComplete() {
		this.response.complete(this::answered);
	}

	@Override
	public void onError(Throwable error) {
		this.response.fail();
	}

	private void answered() {
		if (tryEnd()) {
			this.handler.answered(this);
		}
	}

	private boolean tryEnd() {
		boolean ending = !this.ended;
		if (ending) {
			this.ended = true;
			this.sockets.exchangeEnded();
		}
		return ending;
	}

	/**
	 * Cancels the exchange: the client has gone.
	 */
	@Override
	public void end() {
		Subscription subscription = this.subscription;
		if (tryEnd() && subscription != null) {
			subscription.cancel();
		}
	}

}
