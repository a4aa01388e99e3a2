package io.github.cometspring.actuate;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Checks whether the peer of a connection belongs to a user of this machine who may
 * command this process: the user who runs it, or root. On Linux only.
 * <p>
 * Thread-safe. One thread at a time reads the connections of the machine, and blocks.
 * Callers that ask meanwhile are answered by the next reading; there are at most as many
 * as requests in progress.
 *
 * @since 0.1.0
 */
public final class PeerUsers {

	private static final Logger logger = Loggers.getLogger(PeerUsers.class);

	private static final Path THIS_PROCESS = Path.of("/proc/self");

	private final SocketTable table;

	private final Scheduler blocking;

	private final Queue<Question> waiting = new ConcurrentLinkedQueue<>();

	private final AtomicInteger asked = new AtomicInteger();

	PeerUsers(SocketTable table, Scheduler blocking) {
		this.table = table;
		this.blocking = blocking;
	}

	/**
	 * The users of this machine.
	 * @return {@code null} if the system does not tell who owns a connection
	 */
	public static @Nullable PeerUsers ofThisMachine() {
		return of(THIS_PROCESS);
	}

	/**
	 * The users of a machine.
	 * @param process the directory of this process in {@code /proc}
	 * @return {@code null} if its files cannot be read
	 */
	static @Nullable PeerUsers of(Path process) {
		try {
			return new PeerUsers(new SocketTable(process), Schedulers.boundedElastic());
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Cannot tell who owns a connection", ex);
			return null;
		}
	}

	/**
	 * Whether the peer of a connection may command this process.
	 * @param peer the address of the peer
	 * @param own the address of our end
	 * @return {@code true} if it may; {@code false} also if the peer is not found or has
	 * disconnected, or if the connections cannot be read
	 */
	Mono<Boolean> mayCommand(InetSocketAddress peer, InetSocketAddress own) {
		return Mono.create((sink) -> {
			this.waiting.add(new Question(SocketTable.ends(peer, own), sink));
			if (this.asked.getAndIncrement() == 0) {
				try {
					this.blocking.schedule(() -> answerAll(this::trusted));
				}
				catch (RejectedExecutionException ex) {
					// Without a reading no peer is trusted.
					answerAll((questions) -> Set.of());
				}
			}
		});
	}

	private void answerAll(Function<List<Question>, Set<String>> reading) {
		int answered = this.asked.get();
		while (answered > 0) {
			List<Question> questions = new ArrayList<>();
			for (Question next = this.waiting.poll(); next != null; next = this.waiting.poll()) {
				questions.add(next);
			}
			Set<String> trusted = reading.apply(questions);
			questions.forEach((question) -> question.answer(trusted));
			answered = this.asked.addAndGet(-answered);
		}
	}

	/**
	 * Returns the ends whose owners may command this process.
	 */
	private Set<String> trusted(List<Question> questions) {
		Set<String> trusted = new HashSet<>();
		questions.forEach((question) -> trusted.addAll(question.ends));
		try {
			// If the owner closes the connection during the reading, the row may name
			// root. The second reading then finds the connection closed.
			for (int i = 0; i < 2 && !trusted.isEmpty(); i++) {
				Map<String, Long> owners = this.table.read(trusted);
				trusted.removeIf((ends) -> !isTrusted(owners.get(ends)));
			}
			return trusted;
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Cannot tell who owns a connection any more", ex);
			return Set.of();
		}
	}

	private boolean isTrusted(@Nullable Long owner) {
		return owner != null && this.table.isTrusted(owner);
	}

	/**
	 * A caller that waits for an answer.
	 *
	 * @param ends how the table may list the connection
	 * @param sink receives the answer
	 */
	private record Question(List<String> ends, MonoSink<Boolean> sink) {

		private void answer(Set<String> trusted) {
			this.sink.success(this.ends.stream().anyMatch(trusted::contains));
		}

	}

}
