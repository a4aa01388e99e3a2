package io.github.cometspring.actuate;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Tests for {@link PeerUsers} with tables as Linux writes them.
 */
class PeerUsersTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final InetSocketAddress PEER = new InetSocketAddress("127.0.0.1", 40000);

	private static final InetSocketAddress OWN = new InetSocketAddress("127.0.0.1", 8080);

	private static final String ROW = "0100007F:9C40 0100007F:1F90 01";

	@TempDir
	Path process;

	private LinuxFiles files;

	@BeforeEach
	void write() throws IOException {
		assumeThat(ByteOrder.nativeOrder()).as("the order of bytes in the rows").isEqualTo(ByteOrder.LITTLE_ENDIAN);
		this.files = new LinuxFiles(this.process).runBy(1000);
	}

	@ParameterizedTest
	@CsvSource({ "1000, true", "0, true", "1001, false", "7, false", "65534, false", "4294967295, false" })
	void mayCommandShouldDependOnOwner(long owner, boolean expected) {
		this.files.tcp(ROW, owner, 7);
		assertThat(mayCommand(PEER, OWN)).isEqualTo(expected);
	}

	@Test
	void mayCommandWhenServerIsRunByNobodyShouldTrustRootOnly() throws IOException {
		this.files.runBy(65534).tcp(ROW, 65534, 7);
		assertThat(mayCommand(PEER, OWN)).isFalse();
		this.files.tcp("0100007F:9C41 0100007F:1F90 01", 0, 8);
		assertThat(mayCommand(new InetSocketAddress("127.0.0.1", 40001), OWN)).isTrue();
	}

	@Test
	void mayCommandWhenOwnEndIsListedOnlyShouldBeFalse() {
		this.files.tcp("0100007F:1F90 0100007F:9C40 01", 1000, 7).tcp("0100007F:1F90 00000000:0000 0A", 1000, 8);
		assertThat(mayCommand(PEER, OWN)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "0100007F:9C40 0100007F:1F91 01", "0100007F:9C41 0100007F:1F90 01",
			"0200007F:9C40 0100007F:1F90 01", "0100007F:9C40 0200007F:1F90 01" })
	void mayCommandWhenConnectionIsAnotherShouldBeFalse(String row) {
		this.files.tcp(row, 1000, 7);
		assertThat(mayCommand(PEER, OWN)).isFalse();
	}

	/**
	 * Linux names root for a connection that its owner has closed, and for one that is
	 * about to be closed.
	 */
	@ParameterizedTest
	@CsvSource({ "04, 0", "05, 0", "06, 0", "01, 0", "05, 7", "06, 7", "08, 7", "02, 0", "03, 0" })
	void mayCommandWhenPeerHasClosedShouldBeFalse(String state, long inode) {
		this.files.tcp("0100007F:9C40 0100007F:1F90 " + state, 0, inode);
		assertThat(mayCommand(PEER, OWN)).isFalse();
	}

	@Test
	void mayCommandWhenListedAsMappedShouldFind() throws UnknownHostException {
		this.files.tcp6("0000000000000000FFFF00000100007F:9C40 0000000000000000FFFF00000100007F:1F90 01", 1000, 7);
		assertThat(mayCommand(PEER, OWN)).isTrue();
		InetSocketAddress mapped = new InetSocketAddress(InetAddress.getByName("::ffff:127.0.0.1"), 40000);
		assertThat(mayCommand(mapped, OWN)).isTrue();
	}

	@Test
	void mayCommandWhenIpv6ShouldFind() {
		this.files.tcp6("00000000000000000000000001000000:9C40 00000000000000000000000001000000:1F90 01", 1000, 7);
		assertThat(mayCommand(new InetSocketAddress("::1", 40000), new InetSocketAddress("::1", 8080))).isTrue();
		assertThat(mayCommand(PEER, OWN)).isFalse();
		assertThat(mayCommand(new InetSocketAddress("::1", 40000), OWN)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "0: ", "0: 0100007F:9C40 0100007F:1F90 01 a b c x 0 7", "\u00ff" })
	void mayCommandWhenRowIsMalformedShouldBeFalse(String row) throws IOException {
		PeerUsers users = this.files.users();
		Files.writeString(this.process.resolve("net/tcp"), row);
		assertThat(users.mayCommand(PEER, OWN).block(PATIENCE)).isFalse();
	}

	@Test
	void mayCommandWhenTableIsGoneShouldBeFalse() throws IOException {
		PeerUsers users = this.files.users();
		Files.delete(this.process.resolve("net/tcp"));
		assertThat(users.mayCommand(PEER, OWN).block(PATIENCE)).isFalse();
	}

	@Test
	void mayCommandWhenManyAskShouldReadOnceForAll() throws IOException {
		this.files.tcp(ROW, 1000, 7);
		Later later = new Later();
		PeerUsers users = new PeerUsers(new SocketTable(this.process), later);
		List<Boolean> answers = new ArrayList<>();
		Flux.range(0, 1000)
			.flatMap((i) -> users.mayCommand(PEER, (i == 500) ? OWN : new InetSocketAddress("127.0.0.1", 9000)), 1000)
			.subscribe(answers::add);
		assertThat(later.tasks).hasSize(1);
		later.tasks.remove(0).run();
		assertThat(answers).hasSize(1000).containsOnlyOnce(true);
		users.mayCommand(PEER, OWN).subscribe(answers::add);
		later.tasks.remove(0).run();
		assertThat(answers).hasSize(1001).endsWith(true);
	}

	@Test
	void mayCommandWhenReadingIsRejectedShouldBeFalse() throws IOException {
		this.files.tcp(ROW, 1000, 7);
		Scheduler disposed = Schedulers.newSingle("disposed");
		disposed.dispose();
		PeerUsers users = new PeerUsers(new SocketTable(this.process), disposed);
		assertThat(users.mayCommand(PEER, OWN).block(PATIENCE)).isFalse();
		assertThat(users.mayCommand(PEER, OWN).block(PATIENCE)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "status", "net/tcp" })
	void ofWhenFileIsMissingShouldBeNull(String name) throws IOException {
		Files.delete(this.process.resolve(name));
		assertThat(PeerUsers.of(this.process)).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "Name: java", "Uid:", "Uid:\tx\ty\tz" })
	void ofWhenStatusIsMalformedShouldBeNull(String status) throws IOException {
		Files.writeString(this.process.resolve("status"), status);
		assertThat(PeerUsers.of(this.process)).isNull();
	}

	@Test
	void mayCommandWhenIpv6IsOffShouldFind() throws IOException {
		Files.delete(this.process.resolve("net/tcp6"));
		this.files.tcp(ROW, 1000, 7);
		assertThat(mayCommand(PEER, OWN)).isTrue();
	}

	/**
	 * Keeps tasks until the test runs them.
	 */
	private static final class Later implements Scheduler {

		private final List<Runnable> tasks = new ArrayList<>();

		@Override
		public Disposable schedule(Runnable task) {
			this.tasks.add(task);
			return Disposables.disposed();
		}

		@Override
		public Worker createWorker() {
			throw new UnsupportedOperationException();
		}

	}

	private boolean mayCommand(InetSocketAddress peer, InetSocketAddress own) {
		return Boolean.TRUE.equals(this.files.users().mayCommand(peer, own).block(PATIENCE));
	}

}
