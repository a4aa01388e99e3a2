package io.github.cometspring.test;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.channel.LateErrors;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * The connections of a subscription, one after the other. For the thread of the test.
 */
final class ClientConnection {

	private final Reception reception;

	private final Network network;

	private Disposable connection = Disposables.disposed();

	private boolean served;

	/**
	 * Creates the connections, none yet.
	 * @param reception gets what the server sends
	 * @param network makes them
	 */
	ClientConnection(Reception reception, Network network) {
		this.reception = reception;
		this.network = network;
	}

	/**
	 * Connects and waits for an answer.
	 * @param longest how long to wait
	 * @return the refusal, or {@code null} if the client is served
	 * @throws TimeoutException if there is no answer in time
	 * @throws ExecutionException if the request fails
	 */
	@Nullable CometRefusal open(Duration longest) throws TimeoutException, ExecutionException {
		Reception.Link link = this.reception.begin(this.served);
		this.connection = this.network.wire()
			.run(link)
			.contextWrite(LateErrors.IGNORED)
			.subscribe(null, link::fail, link::complete);
		try {
			link.admitted().get(longest.toNanos(), TimeUnit.NANOSECONDS);
			this.served = true;
			return null;
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RefusedException refused) {
				return refused.refusal();
			}
			throw ex;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for the server", ex);
		}
	}

	/**
	 * Cuts the connection. What it still brings does not count.
	 * @return whether there was one
	 */
	boolean cut() {
		boolean open = !this.connection.isDisposed();
		this.reception.cut();
		// In this order, so that a WebSocket sends no close frame.
		this.network.cut();
		this.connection.dispose();
		return open;
	}

}
