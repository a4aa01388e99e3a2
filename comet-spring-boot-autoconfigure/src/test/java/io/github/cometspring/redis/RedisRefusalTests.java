package io.github.cometspring.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import io.lettuce.core.RedisCommandExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.util.retry.Retry;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.cometspring.redis.Traffic.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes, and a Redis that answers commands with errors: publications fail with a
 * {@link BrokerUnavailableException}, readers lose nothing, and the nodes recover.
 */
@ExtendWith(OutputCaptureExtension.class)
class RedisRefusalTests {

	private final RedisNodes nodes = new RedisNodes();

	private RedisServer server;

	private RedisChannelBroker here;

	private Traffic traffic;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.here = this.nodes.broker(this.nodes.node(this.server.port(), "comet", 10));
		this.traffic = new Traffic(this.here, this.nodes.broker(this.nodes.node(this.server.port(), "comet", 10)));
		this.traffic.publish(0, 3);
		this.traffic.awaitArrival();
	}

	@AfterEach
	void stop() {
		if (this.traffic != null) {
			this.traffic.close();
		}
		this.nodes.close();
		if (this.server != null) {
			this.server.close();
		}
	}

	@Test
	void publicationWhenServerIsAReplicaShouldFailUntilItIsTheMaster() {
		// There is no such master, so the replica keeps its data.
		assertThat(this.server.command("REPLICAOF 127.0.0.1 1")).startsWith("+OK");
		awaitRefusal("READONLY");
		awaitDown("READONLY");
		// Reads still succeed.
		assertThat(this.here.find("numbers").retryWhen(Retry.fixedDelay(100, Duration.ofMillis(100))).block(PATIENCE))
			.isNotNull();
		assertThat(this.server.command("REPLICAOF NO ONE")).startsWith("+OK");
		awaitRecovery();
		this.traffic.awaitArrival().verify(0);
	}

	@Test
	void publicationWhenMemoryIsFullShouldFailUntilThereIsRoom() {
		this.server.command("CONFIG SET maxmemory-policy noeviction");
		this.server.command("CONFIG SET maxmemory 1");
		awaitRefusal("OOM");
		awaitDown("OOM");
		this.server.command("CONFIG SET maxmemory 0");
		awaitRecovery();
		this.traffic.awaitArrival().verify(0);
	}

	@Test
	void publicationWhenServerCannotSaveShouldFailUntilItCan() throws IOException {
		Path inTheWay = Files.createDirectories(this.server.folder().resolve("dump.rdb"));
		this.server.command("CONFIG SET save \"3600 1000000\"");
		this.server.command("BGSAVE");
		awaitRefusal("MISCONF");
		awaitDown("MISCONF");
		Files.delete(inTheWay);
		Await.within(PATIENCE, () -> {
			this.server.command("BGSAVE");
			return this.server.command("INFO persistence").contains("rdb_last_bgsave_status:ok");
		});
		awaitRecovery();
		this.traffic.awaitArrival().verify(0);
	}

	@Test
	void publicationWhenServerLoadsItsDataShouldFailUntilItHas() {
		this.server.command("EVAL \"for i = 1, 20000 do redis.call('SET', 'filler' .. i, i) end\" 0");
		this.server.command("SAVE");
		this.server.kill();
		// Loading takes more than a minute, until the delay is removed below.
		this.server.startLoading("--key-load-delay", "5000", "--loading-process-events-interval-bytes", "1024");
		awaitRefusal("LOADING");
		awaitDown("LOADING");
		assertThat(this.server.command("PING")).startsWith("-LOADING");
		this.server.command("CONFIG SET key-load-delay 0");
		awaitRecovery();
		this.traffic.awaitArrival().verify(1);
	}

	@Test
	void publicationWhenServerIsBusyShouldFailUntilItIsNot() throws InterruptedException {
		this.server.command("CONFIG SET lua-time-limit 10");
		Thread script = new Thread(() -> this.server.command("EVAL \"while true do end\" 0"), "busy");
		script.setDaemon(true);
		script.start();
		awaitRefusal("BUSY");
		awaitDown("BUSY");
		this.server.command("SCRIPT KILL");
		script.join(PATIENCE.toMillis());
		awaitRecovery();
		this.traffic.awaitArrival().verify(0);
	}

	/**
	 * Publishes until Redis answers with an error. Answers may be lost before.
	 */
	private void awaitRefusal(String code) {
		Await.within(PATIENCE, () -> {
			BrokerUnavailableException refusal = refusal();
			return refusal != null && !refusal.isOutcomeUnknown() && answer(refusal).startsWith(code);
		});
	}

	private static String answer(Throwable ex) {
		return (ex.getCause() != null) ? answer(ex.getCause()) : String.valueOf(ex.getMessage());
	}

	private BrokerUnavailableException refusal() {
		AtomicReference<BrokerUnavailableException> refusal = new AtomicReference<>();
		this.traffic.publish(0, refusal::set);
		return refusal.get();
	}

	/**
	 * Waits until the state of the broker is the error.
	 */
	private void awaitDown(String code) {
		Await.within(PATIENCE, () -> {
			BrokerUnavailableException down = down();
			return down != null && answer(down).startsWith(code);
		});
	}

	private BrokerUnavailableException down() {
		try {
			this.here.state().block(PATIENCE);
			return null;
		}
		catch (BrokerUnavailableException ex) {
			return ex;
		}
	}

	private void awaitRecovery() {
		for (int node = 0; node < 2; node++) {
			int publisher = node;
			Await.within(PATIENCE, () -> this.traffic.publish(publisher) != null);
		}
		Await.within(PATIENCE, () -> down() == null);
		this.traffic.publish(0, 2);
		this.traffic.publish(1, 2);
	}

	@Test
	void keysWhenOfAnotherTypeShouldBeKeptAndLoggedOnce(CapturedOutput output) {
		for (String key : this.server.command("KEYS comet:*").split("\n")) {
			String kept = this.server.command("TYPE " + key).equals("+string") ? "RPUSH %s mine" : "SET %s mine";
			this.server.command("DEL " + key);
			this.server.command(kept.formatted(key));
		}
		List<String> before = List.of(this.server.command("KEYS comet:*").split("\n"));
		for (int i = 0; i < 20; i++) {
			assertThat(refusal()).isNotNull();
			assertThat(down()).isNotNull();
		}
		assertThat(this.server.command("KEYS comet:*").split("\n")).containsAll(before);
		assertThat(output.toString().lines().filter((line) -> line.contains("that Comet did not write")))
			.hasSizeBetween(1, 2);
		before.forEach((key) -> this.server.command("DEL " + key));
		awaitRecovery();
		this.traffic.awaitArrival().verify(1);
	}

	@Test
	void messagesWhenOfAnotherTypeShouldBeKept() {
		String key = this.server.command("KEYS comet:*:messages").strip();
		this.server.command("DEL " + key + " " + key.replace(":messages", ":channel"));
		this.server.command("SET " + key + " mine");
		assertThat(refusal()).isNotNull();
		assertThat(this.server.command("GET " + key)).isEqualTo("mine");
		this.server.command("DEL " + key);
		awaitRecovery();
		this.traffic.awaitArrival().verify(1);
	}

	@Test
	void entriesWhenUnknownShouldBeKeptAndLoggedOnce(CapturedOutput output) {
		String key = this.server.command("KEYS comet:*:messages").strip();
		this.server.command("XADD " + key + " 4-1 unknown entry");
		this.server.command("XADD " + key + " 4-2 e x d y");
		for (int i = 0; i < 3; i++) {
			RedisChannelBroker late = this.nodes.broker(this.nodes.node(this.server.port(), "comet", 10));
			Traffic.Reader reader = new Traffic.Reader(Traffic.channels(late).find("numbers").block(PATIENCE),
					Cursor.EARLIEST);
			Await.within(PATIENCE, () -> reader.numbers().equals(List.of(1, 2, 3)));
		}
		assertThat(this.server.command("XLEN " + key)).isEqualTo(":5");
		// Each of these nodes logs one line a minute.
		assertThat(output.toString().lines().filter((line) -> line.contains("that Comet did not write"))).hasSize(3);
		this.traffic.publish(1, 2);
		this.traffic.awaitArrival().verify(0);
	}

	@Test
	void entryWhenItsNumberIsHigherShouldFailPublicationsUntilItIsDeleted(CapturedOutput output) {
		String key = this.server.command("KEYS comet:*:messages").strip();
		this.server.command("XADD " + key + " * unknown entry");
		assertThat(refusal()).isNotNull();
		assertThat(refusal()).isNotNull();
		assertThat(this.server.command("XLEN " + key)).isEqualTo(":4");
		assertThat(output).containsOnlyOnce("that Comet did not write");
		this.server.command("DEL " + key);
		awaitRecovery();
		this.traffic.awaitArrival().verify(0);
	}

	@Test
	void feedWhenItHasUnknownMessagesShouldIgnoreThemAndLogOnce(CapturedOutput output) {
		for (String feed : this.server.command("PUBSUB CHANNELS comet:feed:*").split("\n")) {
			for (int i = 0; i < 20; i++) {
				this.server.command("PUBLISH " + feed + " hello");
				this.server.command("PUBLISH " + feed + " \"m 99999999999999999999 1 x\\n\"");
				this.server.command("PUBLISH " + feed + " \"c -1 -1\\n\"");
			}
		}
		this.traffic.publish(1, 2);
		this.traffic.awaitArrival().verify(0);
		assertThat(output.toString().lines().filter((line) -> line.contains("that Comet did not write"))).hasSize(2);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			READONLY You can't write against a read only replica. | READONLY
			ERR Error running script (call to f_1): @user_script:9: @user_script: 9: -OOM command not allowed | OOM
			LOADING Redis is loading the dataset in memory | LOADING
			BUSY Redis is busy running a script. | BUSY
			MISCONF Errors writing to the AOF file: No space left on device | MISCONF
			""")
	void refusalWhenTemporaryShouldNotFailTheStart(String message, String code) {
		assertThat(RedisRefusal.of(message)).extracting(RedisRefusal::code, RedisRefusal::isTemporary)
			.containsExactly(code, true);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			NOAUTH Authentication required. | LOGIN
			WRONGPASS invalid username-password pair or user is disabled. | LOGIN
			ERR AUTH <password> called without any password configured for the default user. | LOGIN
			NOPERM this user has no permissions to run the 'info' command | RIGHTS
			ERR Error running script: The user executing the script can't run this command or subcommand | RIGHTS
			ERR ACL failure in script: User comet has no permissions to run the 'set' command | RIGHTS
			ERR DB index is out of range | OTHER
			""")
	void refusalWhenPermanentShouldFailTheStart(String message, IncompatibleRedisException.Reason reason) {
		assertThat(RedisRefusal.lasting(new RedisCommandExecutionException(message)))
			.extracting(IncompatibleRedisException::getReason)
			.isEqualTo(reason);
	}

}
