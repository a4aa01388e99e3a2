package io.github.cometspring.web;

import java.security.Principal;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Function;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.subscription.EventLoop;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * One poll, the same whichever way its request came: it admits the client, reads the
 * request, listens for one batch and answers with it. Whatever happens, the client's
 * place is given back once: a client that is refused or fails gives it back before it is
 * told so, a client that is answered when it has taken the answer. An answer that is not
 * written within the write timeout has failed.
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
	 * The client, until its answer is written or it is known that there will be none.
	 */
	private volatile @Nullable PollClient client;

	private volatile @Nullable ConnectedClient connection;

	private volatile @Nullable Subscription upstream;

	private volatile @Nullable Batch batch;

	/**
	 * Ends the writing if it takes too long.
	 */
	private volatile @Nullable Disposable late;

	/**
	 * Creates a poll.
	 * @param terms what it has in common with others
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
	 * @return whether it was admitted, so that its request is worth reading
	 */
	public boolean admit() {
		try {
			this.connection = this.terms.subscriptions().connect(this.terms.dialect().dialect(), this.loop);
		}
		catch (RuntimeException ex) {
			onError(ex);
			return false;
		}
		return isStillThere();
	}

	/**
	 * Admits the client if that is possible. If not, nobody is told: the client is to be
	 * {@linkplain #admit() admitted} by another way, or refused.
	 * @return whether it was admitted
	 */
	public boolean tryAdmit() {
		this.connection = this.terms.subscriptions().tryConnect(this.terms.dialect().dialect(), this.loop);
		return this.connection != null && isStillThere();
	}

	private boolean isStillThere() {
		if (this.client == null) {
			// It has gone meanwhile.
			leave();
			return false;
		}
		return true;
	}

	/**
	 * Reads the request of a client that was admitted, and listens.
	 * @param headers the values of a header of the request by its name, perhaps none
	 * @param body the body
	 * @param principal the user who is logged in, or empty
	 */
	public void ask(Function<String, List<String>> headers, byte[] body, Mono<? extends Principal> principal) {
		ConnectedClient connection = this.connection;
		if (connection == null || this.client == null) {
			return;
		}
		try {
			connection.listen(this.terms.dialect().read(headers, body, principal)).subscribe(this);
		}
		catch (RuntimeException ex) {
			onError(ex);
		}
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
			client.answer(this.terms.dialect().answer(batch));
			limitWriting();
		}
		// Whatever it is, the client must not wait for ever.
		catch (Throwable ex) {
			failed(ex);
		}
	}

	@Override
	public void onComplete() {
		// There was one batch, and it ended the poll.
	}

	/**
	 * The poll ends without a batch: it is refused, or something has failed.
	 */
	@Override
	public void onError(Throwable error) {
		if (this.batch == null) {
			leave();
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
				limitWriting();
			}
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	/**
	 * Gives the writing up when it takes too long: somebody in the application holds it
	 * back. Mostly the answer is written at once, and there is nothing to wait for.
	 */
	private void limitWriting() {
		if (this.client != null) {
			Disposable late = this.terms.writeDeadlines().after(this.loop, () -> failed(new StalledClientException()));
			this.late = late;
			if (this.client == null) {
				late.dispose();
			}
		}
	}

	/**
	 * The answer has been written, and waits for the client alone.
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
	 * The answer cannot be written.
	 * @param error why
	 */
	public void failed(Throwable error) {
		PollClient client = settle();
		if (client != null) {
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
	 * The client has gone, or nobody waits for its answer any more. Without effect when
	 * the answer is written: then it is known how far it gets.
	 */
	public void end() {
		if (settle() != null) {
			Subscription upstream = this.upstream;
			if (upstream != null) {
				upstream.cancel();
			}
			lost();
		}
	}

	/**
	 * Decides what becomes of the poll.
	 * @return the client, or {@code null} if that has been decided before
	 */
	private @Nullable PollClient settle() {
		PollClient client = CLIENT.getAndSet(this, null);
		Disposable late = this.late;
		if (client != null && late != null) {
			late.dispose();
		}
		return client;
	}

	/**
	 * The client has the answer.
	 */
	@Override
	public void taken() {
		Batch batch = this.batch;
		if (batch != null) {
			batch.written();
		}
		leave();
	}

	/**
	 * The client has not taken the answer in time.
	 */
	@Override
	public void stalled() {
		Batch batch = this.batch;
		if (batch != null) {
			batch.timedOut();
		}
		lost();
	}

	/**
	 * The client does not get the answer.
	 */
	@Override
	public void lost() {
		Batch batch = this.batch;
		if (batch != null) {
			batch.failed();
		}
		leave();
	}

	private void leave() {
		ConnectedClient connection = this.connection;
		if (connection != null) {
			connection.close();
		}
	}

}
