package io.github.cometspring.web;

import java.net.InetSocketAddress;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;

/**
 * A poll on the default path. It is one operator in place of about twenty, which would
 * cause most of the cost of a delivery. It completes when the answer is written, and does
 * not wait for the client. Where nothing but headers can come from the filters after
 * that, it completes as soon as the client has to wait, and the answer is written without
 * the exchange. The application handles failures until then.
 */
final class WebFluxPoll extends Mono<Void> {

	private final PollTerms terms;

	private final RequestBody requestBody;

	private final KeptLogins logins;

	private final ClientSocket socket;

	private final ServerWebExchange exchange;

	/**
	 * Creates a poll.
	 * @param terms the settings of all polls of its dialect
	 * @param requestBody reads its body
	 * @param logins keeps who polls
	 * @param socket the socket of its client
	 * @param exchange its request and its response
	 */
	WebFluxPoll(PollTerms terms, RequestBody requestBody, KeptLogins logins, ClientSocket socket,
			ServerWebExchange exchange) {
		this.terms = terms;
		this.requestBody = requestBody;
		this.logins = logins;
		this.socket = socket;
		this.exchange = exchange;
	}

	@Override
	public void subscribe(CoreSubscriber<? super Void> actual) {
		Exchange subscription = new Exchange(actual);
		actual.onSubscribe(subscription);
		subscription.begin();
	}

	/**
	 * One subscription to this poll.
	 */
	private final class Exchange implements PollClient, Subscription, Runnable {

		private final CoreSubscriber<? super Void> actual;

		private final Poll poll;

		private volatile @Nullable Disposable reading;

		private volatile @Nullable Disposable write;

		private volatile @Nullable Disposable keeping;

		private volatile @Nullable KeptLogin login;

		private volatile boolean over;

		/**
		 * Whether the exchange has completed before the answer.
		 */
		private volatile boolean detached;

		private Exchange(CoreSubscriber<? super Void> actual) {
			this.actual = actual;
			this.poll = new Poll(WebFluxPoll.this.terms, WebFluxPoll.this.socket.loop(), this);
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		private void begin() {
			try {
				if (this.poll.admit()) {
					keepLogin();
					read(WebFluxPoll.this.exchange.getRequest());
				}
			}
			// A filter may have replaced the request by one that fails.
			catch (Throwable ex) {
				this.poll.onError(ex);
			}
		}

		/**
		 * Keeps who polls as the filters have just found out, not as it may be when the
		 * body has come and the authorizer has decided.
		 */
		private void keepLogin() {
			if (WebFluxPoll.this.logins != KeptLogins.NONE) {
				this.keeping = Mono.defer(() -> WebFluxPoll.this.logins.of(WebFluxPoll.this.exchange))
					// The filters are asked at the next poll.
					.onErrorComplete()
					.subscribe((login) -> this.login = login, null, null, currentContext());
			}
		}

		private void read(ServerHttpRequest request) {
			Disposable reading = WebFluxPoll.this.requestBody.read(request, WebFluxPoll.this.socket.loop())
				.subscribe(this::askOrFail, this.poll::onError, null, currentContext());
			this.reading = reading;
			if (this.over) {
				reading.dispose();
			}
		}

		private void askOrFail(byte[] body) {
			try {
				ask(body);
			}
			// A filter may have replaced the exchange by one that fails.
			catch (Throwable ex) {
				this.poll.onError(ex);
			}
		}

		private void ask(byte[] body) {
			this.poll.whenHeld(this);
			this.poll.ask(this::header, body,
					Callers.of(WebFluxPoll.this.exchange, WebFluxPoll.this.terms.subscriptions()));
		}

		/**
		 * The client has begun to wait: lets go of the exchange, if possible.
		 */
		@Override
		public void run() {
			detach();
		}

		/**
		 * Lets go of the exchange, if possible.
		 * @return writes the answer from now on, or {@code null} if the exchange has to
		 */
		private @Nullable DetachedClient detach() {
			ServerHttpResponse response = WebFluxPoll.this.exchange.getResponse();
			DetachedClient client = response.isCommitted() ? null
					: WebFluxPoll.this.socket.detach(response, this.poll, WebFluxPoll.this.terms.codec());
			if (client == null) {
				return null;
			}
			if (!this.poll.pass(this, client)) {
				client.giveBack();
				return null;
			}
			KeptLogin login = this.login;
			if (login != null) {
				client.keep(login);
			}
			response.setStatusCode(HttpStatus.OK);
			// Runs the actions of the application before the commit.
			Disposable write = response.setComplete()
				.subscribe(null, (ex) -> WebFluxPoll.this.socket.loop().run(() -> takeBack(client, ex)), this::complete,
						currentContext());
			this.write = write;
			if (this.over) {
				write.dispose();
			}
			return client;
		}

		private void takeBack(DetachedClient client, Throwable error) {
			client.giveBack();
			if (this.poll.pass(client, this)) {
				this.poll.failed(error);
			}
		}

		private void complete() {
			this.detached = true;
			dispose(this.keeping);
			try {
				this.actual.onComplete();
			}
			// The client would wait for an answer that the server cannot give.
			catch (Throwable ex) {
				WebFluxPoll.this.socket.cut();
			}
		}

		private List<String> header(String name) {
			return WebFluxPoll.this.exchange.getRequest().getHeaders().getOrEmpty(name);
		}

		@Override
		public @Nullable InetSocketAddress remoteAddress() {
			return WebFluxPoll.this.exchange.getRequest().getRemoteAddress();
		}

		@Override
		public void answer(PollAnswer answer) {
			// Also if it is there at once, so that the next poll may repeat this one.
			DetachedClient client = (answer.status() == HttpStatus.OK) ? detach() : null;
			if (client != null) {
				client.answer(answer);
			}
			else {
				writeResponse(answer);
			}
		}

		private void writeResponse(PollAnswer answer) {
			ServerHttpResponse response = WebFluxPoll.this.exchange.getResponse();
			Disposable write = write(response, answer).subscribe(null, this.poll::failed, this.poll::written,
					currentContext());
			this.write = write;
			if (this.over) {
				write.dispose();
			}
		}

		private static Mono<Void> write(ServerHttpResponse response, PollAnswer answer) {
			response.setStatusCode(answer.status());
			List<CharSequence> headers = answer.headers();
			for (int i = 0; i < headers.size(); i += 2) {
				response.getHeaders().set(headers.get(i).toString(), headers.get(i + 1).toString());
			}
			return ResponseBody.write(response, answer.body());
		}

		@Override
		public void refuse(PollAnswer refusal) {
			if (refusal.status() == HttpStatus.REQUEST_TIMEOUT) {
				// The server would have to read the rest of the body.
				WebFluxPoll.this.exchange.getResponse().getHeaders().setConnection("close");
			}
			answer(refusal);
		}

		@Override
		public void watch(WriteListener listener) {
			WebFluxPoll.this.socket.watch(listener);
			this.actual.onComplete();
		}

		@Override
		public void fail(Throwable error) {
			abandon();
			if (error instanceof StalledClientException) {
				// Otherwise the server would complete the answer without a body. The
				// client would go on from its cursor and miss messages.
				WebFluxPoll.this.socket.cut();
			}
			try {
				this.actual.onError(error);
			}
			// The application fails to answer, or the log to which it writes.
			catch (Throwable ex) {
				WebFluxPoll.this.socket.cut();
			}
		}

		@Override
		public void request(long n) {
			// There are no elements.
		}

		/**
		 * Ends the poll: the client has disconnected, or a filter has cancelled.
		 */
		@Override
		public void cancel() {
			if (!this.detached) {
				this.poll.end();
				abandon();
			}
		}

		private void abandon() {
			this.over = true;
			dispose(this.keeping);
			dispose(this.reading);
			dispose(this.write);
		}

		private static void dispose(@Nullable Disposable disposable) {
			if (disposable != null) {
				disposable.dispose();
			}
		}

	}

}
