package io.github.cometspring.web;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Function;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.subscription.EventLoop;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.util.context.Context;

/**
 * One poll, on the default path or the fast path: admits the client, reads the request,
 * listens for one batch and answers with it. Releases the client's slot exactly once: the
 * slot of a client that is refused or fails before the refusal is written, that of other
 * clients when they have taken the answer. An answer that is not written within the write
 * timeout fails. One class, as any step may be the one that releases the slot.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class Poll implements CoreSubscriber<Batch>, WriteListener {

	private static final AtomicReferenceFieldUpdater<Poll, @Nullable PollClient> CLIENT = AtomicReferenceFieldUpdater
		.newUpdater(Poll.class, PollClient.class, "client");

	private final PollTerms terms;

	private final EventLoop loop;

	/**
	 * The client, until its answer is written or the poll has ended without one.
	 */
	private volatile @Nullable PollClient client;

	private volatile @Nullable ConnectedClient connection;

	private volatile @Nullable Subscription upstream;

	private volatile @Nullable Batch batch;

	private volatile @Nullable Disposable writeDeadline;

	/**
	 * Creates a poll.
	 * @param terms the settings of all polls of its dialect
	 * @param loop the event loop that owns the client's socket
	 * @param client writes the answer
	 */
	public Poll(PollTerms terms, EventLoop loop, PollClient client) {
		this.terms = terms;
		this.loop = loop;
		this.client = client;
	}

	/**
	 * Admits the client, which counts as connected from now on, or refuses it.
	 * @return whether it was admitted and its request is to be read
	 */
	public boolean admit() {
		try {
			this.connection = this.terms.subscriptions().connect(this.terms.codec().dialect(), this.loop, this.client);
		}
		// Also errors: the client must get an answer.
		catch (Throwable ex) {
			onError(ex);
			return false;
		}
		return isConnected();
	}

	/**
	 * Admits the client if possible. If not, writes no refusal: the caller
	 * {@linkplain #admit() admits} the client on another path, or refuses it.
	 * @return whether it was admitted
	 */
	public boolean tryAdmit() {
		this.connection = this.terms.subscriptions().tryConnect(this.terms.codec().dialect(), this.loop, this.client);
		return this.connection != null && isConnected();
	}

	private boolean isConnected() {
		if (this.client == null) {
			// It has disconnected meanwhile.
			release();
			return false;
		}
		return true;
	}

	/**
	 * Reads the request of an admitted client, and listens.
	 * @param headers the values of a header of the request by its name, perhaps none
	 * @param body the body
	 * @param caller who asks
	 */
	public void ask(Function<String, List<String>> headers, byte[] body, Caller caller) {
		ConnectedClient connection = this.connection;
		if (connection == null || this.client == null) {
			return;
		}
		try {
			connection.listen(this.terms.codec().read(headers, body, caller)).subscribe(this);
			connection.confirm();
		}
		// Also errors: the client must not keep its slot, nor wait for ever.
		catch (Throwable ex) {
			cancel();
			onError(ex);
		}
	}

	/**
	 * Runs a task when the client begins to wait. To be called before its request is
	 * {@linkplain #ask read}.
	 * @param task the task, run once on the event loop of the client
	 */
	void whenHeld(Runnable task) {
		ConnectedClient connection = this.connection;
		if (connection != null) {
			connection.whenHeld(task);
		}
	}

	/**
	 * Lets another client write the answer.
	 * @param from the client that would have written it
	 * @param to the client that writes it
	 * @return whether the poll goes on; if not, it has ended before
	 */
	boolean pass(PollClient from, PollClient to) {
		return CLIENT.compareAndSet(this, from, to);
	}

	@Override
	public Context currentContext() {
		PollClient client = this.client;
		return (client != null) ? client.currentContext() : Context.empty();
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.upstream = subscription;
		if (this.client == null) {
			subscription.cancel();
		}
		else {
			subscription.request(1);
		}
	}

	@Override
	public void onNext(Batch batch) {
		this.batch = batch;
		PollClient client = this.client;
		if (client == null) {
			batch.failed();
			return;
		}
		try {
			PollAnswer answer = this.terms.codec().answer(batch);
			batch.encoded(answer.body().length);
			client.answer(answer);
			startWriteDeadline();
		}
		// After any error, the client must not wait for ever.
		catch (Throwable ex) {
			note(ex);
			failed(ex);
		}
	}

	private void note(Throwable error) {
		ConnectedClient connection = this.connection;
		if (connection != null) {
			connection.failed(error);
		}
	}

	@Override
	public void onComplete() {
		// The batch has ended the poll.
	}

	/**
	 * Ends the poll without a batch, as a refusal or a failure.
	 */
	@Override
	public void onError(Throwable error) {
		if (this.batch == null) {
			note(error);
			release();
			this.loop.run(() -> refuse(error));
		}
	}

	private void refuse(Throwable error) {
		PollClient client = this.client;
		if (client == null) {
			return;
		}
		try {
			PollAnswer refusal = this.terms.refusal(error);
			if (refusal == null) {
				failed(error);
			}
			else {
				client.refuse(refusal);
				startWriteDeadline();
			}
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	/**
	 * Fails the write after the write timeout: the application may hold it back. Usually
	 * the answer is written already, and there is no deadline.
	 */
	private void startWriteDeadline() {
		if (this.client != null) {
			Disposable deadline = this.terms.writeDeadlines()
				.after(this.loop, () -> failed(new StalledClientException()));
			this.writeDeadline = deadline;
			if (this.client == null) {
				deadline.dispose();
			}
		}
	}

	/**
	 * Reports that the answer has been written and waits only for the client.
	 */
	public void written() {
		PollClient client = settle();
		if (client == null) {
			return;
		}
		try {
			client.watch(this);
		}
		catch (RuntimeException ex) {
			lost();
			client.fail(ex);
		}
	}

	/**
	 * Reports that the answer cannot be written.
	 * @param error the cause
	 */
	public void failed(Throwable error) {
		PollClient client = settle();
		if (client != null) {
			if (this.batch == null) {
				// It may wait for one.
				cancel();
			}
			if (error instanceof StalledClientException) {
				stalled();
			}
			else {
				lost();
			}
			client.fail(error);
		}
	}

	/**
	 * Ends the poll, as the client has disconnected or its request is cancelled. Without
	 * effect when the answer is written: then the write listener is notified.
	 */
	public void end() {
		if (settle() != null) {
			cancel();
			lost();
		}
	}

	private void cancel() {
		Subscription upstream = this.upstream;
		if (upstream != null) {
			upstream.cancel();
		}
	}

	/**
	 * Settles the poll, once.
	 * @return the client, or {@code null} if the poll was settled before
	 */
	private @Nullable PollClient settle() {
		PollClient client = CLIENT.getAndSet(this, null);
		Disposable deadline = this.writeDeadline;
		if (client != null && deadline != null) {
			deadline.dispose();
		}
		return client;
	}

	@Override
	public void taken() {
		Batch batch = this.batch;
		if (batch != null) {
			batch.written();
		}
		release();
	}

	@Override
	public void stalled() {
		Batch batch = this.batch;
		if (batch != null) {
			batch.timedOut();
		}
		lost();
	}

	@Override
	public void lost() {
		Batch batch = this.batch;
		if (batch != null) {
			batch.failed();
		}
		release();
	}

	private void release() {
		ConnectedClient connection = this.connection;
		if (connection != null) {
			connection.close();
		}
	}

}
