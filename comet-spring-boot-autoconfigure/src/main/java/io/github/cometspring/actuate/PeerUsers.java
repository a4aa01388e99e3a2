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
 * Tells whether the other end of a connection belongs to a user of this machine who may
 * command this process: the one who runs it, or root. On Linux only.
 * <p>
 * Thread-safe. The connections of the machine are read by one thread at a time, which
 * blocks, however many ask: whoever asks meanwhile is answered by the next reading. What
 * waits for it is bounded by the requests that are being served.
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
	 * @param process where it tells of this process
	 * @return {@code null} if it does not
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
	 * @return {@code true} if it may; {@code false} also if the peer is not found, has
	 * left, or the system does not tell any more
	 */
	Mono<Boolean> mayCommand(InetSocketAddress peer, InetSocketAddress own) {
		return Mono.create((sink) -> {
			this.waiting.add(new Question(SocketTable.ends(peer, own), sink));
			if (this.asked.getAndIncrement() == 0) {
				try {
					this.blocking.schedule(() -> answerAll(this::trusted));
				}
				catch (RejectedExecutionException ex) {
					// Nobody is trusted whom nobody has looked at.
					answerAll((questions) -> Set.of());
				}
			}
		});
	}

	private void answerAll(Function<List<Question>, Set<String>> look) {
		int answered = this.asked.get();
		while (answered > 0) {
			List<Question> questions = new ArrayList<>();
			for (Question next = this.waiting.poll(); next != null; next = this.waiting.poll()) {
				questions.add(next);
			}
			Set<String> trusted = look.apply(questions);
			questions.forEach((question) -> question.answer(trusted));
			answered = this.asked.addAndGet(-answered);
		}
	}

	/**
	 * The ends that somebody owns who may command.
	 */
	private Set<String> trusted(List<Question> questions) {
		Set<String> trusted = new HashSet<>();
		questions.forEach((question) -> trusted.addAll(question.ends));
		try {
			// A row is put together while its owner may be closing the connection, and is
			// root's then. It is closed the second time.
			for (int i = 0; i < 2 && !trusted.isEmpty(); i++) {
				Map<String, Long> owners = this.table.read(trusted);
				trusted.removeIf((ends) -> !isTrusted(owners.get(ends)));
			}
			return trusted;
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Cannot tell any more who owns a connection", ex);
			return Set.of();
		}
	}

	private boolean isTrusted(@Nullable Long owner) {
		return owner != null && this.table.isTrusted(owner);
	}

	/**
	 * Somebody who wants to know.
	 *
	 * @param ends the connection
	 * @param sink is told
	 */
	private record Question(List<String> ends, MonoSink<Boolean> sink) {

		private void answer(Set<String> trusted) {
			this.sink.success(this.ends.stream().anyMatch(trusted::contains));
		}

	}

}
