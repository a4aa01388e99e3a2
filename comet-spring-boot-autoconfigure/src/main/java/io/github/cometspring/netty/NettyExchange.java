package io.github.cometspring.netty;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

import org.springframework.http.server.reactive.HttpHandler;

/**
 * A poll that the application answers, to whose server it is handed past Reactor Netty.
 * Belongs to the event loop of its connection; the application may answer on any thread.
 */
final class NettyExchange implements HeldPoll, CoreSubscriber<Void> {

	private final HttpHandler application;

	private final NettyServerHttpRequest request;

	private final NettyServerHttpResponse response;

	private final FastPathHandler handler;

	private @Nullable Subscription subscription;

	NettyExchange(HttpHandler application, NettyServerHttpRequest request, NettyServerHttpResponse response,
			FastPathHandler handler) {
		this.application = application;
		this.request = request;
		this.response = response;
		this.handler = handler;
	}

	@Override
	public void start() {
		this.application.handle(this.request, this.response).subscribe(this);
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.subscription = subscription;
		subscription.request(Long.MAX_VALUE);
	}

	@Override
	public void onNext(Void nothing) {
		// There is none.
	}

	@Override
	public void onComplete() {
		inLoop(() -> this.response.complete(() -> this.handler.answered(this)));
	}

	@Override
	public void onError(Throwable error) {
		inLoop(this.response::fail);
	}

	private void inLoop(Runnable task) {
		if (this.request.channel().eventLoop().inEventLoop()) {
			task.run();
		}
		else {
			this.request.channel().eventLoop().execute(task);
		}
	}

	/**
	 * Nobody waits for the answer any more.
	 */
	@Override
	public void end() {
		if (this.subscription != null) {
			this.subscription.cancel();
		}
	}

}
