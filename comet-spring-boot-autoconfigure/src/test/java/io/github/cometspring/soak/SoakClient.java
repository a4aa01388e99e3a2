package io.github.cometspring.soak;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;

/**
 * A client that listens to a channel that stays and to one that does not, and checks that
 * it gets each message once and in order, or is told of a gap. If it is not steady, it
 * leaves, resets its connection, stops reading for a while, or loses its connection
 * without notice, and goes on by its cursor. Confined to the thread of its loop. One
 * class, as all of it changes the state of the one client.
 */
final class SoakClient implements Peer, Talk.Audience {

	/** Of so many clients one starts anew, as another one. */
	private static final int NEWBORN = 20;

	/** How many beats a lost connection may be silent before the client notices. */
	private static final int LOST_AFTER = 3;

	/**
	 * How long a client waits before it takes its connection for dead and opens another.
	 * A busy machine may let it wait.
	 */
	private static final Duration DEAD_AFTER = Duration.ofSeconds(60);

	private final Crowd crowd;

	private final ClientLoop loop;

	private final int number;

	private final Transport transport;

	private final Random random;

	private final Feed staying;

	private final Map<String, Place> places = new HashMap<>();

	private final List<Link> abandoned = new ArrayList<>();

	private List<String> channels = List.of();

	private @Nullable String cursor;

	private @Nullable Link link;

	private Talk talk;

	private Inbox inbox = new Inbox();

	private boolean lossy;

	private boolean stalled;

	private boolean stopped;

	private boolean arrived;

	private long heardAt;

	SoakClient(Crowd crowd, ClientLoop loop, int number, long seed) {
		this.crowd = crowd;
		this.loop = loop;
		this.number = number;
		this.transport = Transport.values()[number % Transport.values().length];
		this.random = new Random(seed);
		this.staying = crowd.feeds().staying(number / Transport.values().length);
		this.talk = Talk.of(this.transport, this);
	}

	private Habits habits() {
		return this.crowd.habits();
	}

	private long upTo(Duration longest) {
		return 1L + this.random.nextInt((int) longest.toMillis());
	}

	void connect() {
		if (this.stopped) {
			return;
		}
		List<String> wanted = new ArrayList<>(List.of(this.staying.name()));
		String passing = this.crowd.feeds().passing(this.number / Transport.values().length);
		if (passing != null) {
			wanted.add(passing);
		}
		this.channels = wanted;
		this.places.keySet().retainAll(wanted);
		this.talk = Talk.of(this.transport, this);
		this.inbox = new Inbox();
		this.stalled = false;
		this.heardAt = System.nanoTime();
		this.lossy = this.crowd.takeLossy(this.number);
		Link link = this.loop.connect(this.lossy ? this.crowd.lossyPort() : this.crowd.port(), this);
		this.link = link;
		if (!habits().steady() && !this.lossy) {
			this.loop.schedule(() -> end(link), upTo(habits().longestLife()));
		}
	}

	private void ask(Link link) {
		this.talk.ask(link, this.channels, this.cursor, habits().headers().get());
	}

	private void reconnect() {
		this.link = null;
		if (!habits().steady() && !this.crowd.isEnding() && this.random.nextInt(NEWBORN) == 0) {
			this.cursor = null;
			this.places.clear();
			this.crowd.counts().born();
		}
		this.loop.schedule(this::connect, upTo(habits().longestPause()));
	}

	/**
	 * Ends a connection, in one way or another.
	 */
	private void end(Link link) {
		if (this.link != link || this.crowd.isEnding()) {
			return;
		}
		switch (this.random.nextInt(4)) {
			case 0 -> {
				this.crowd.counts().reset();
				link.reset();
				reconnect();
			}
			case 1 -> {
				this.crowd.counts().stalled();
				this.stalled = true;
				link.setReading(false);
				this.loop.schedule(() -> endStall(link), upTo(habits().beat().multipliedBy(4)));
			}
			default -> {
				this.crowd.counts().left();
				link.close();
				reconnect();
			}
		}
	}

	private void endStall(Link link) {
		if (this.link != link) {
			return;
		}
		if (this.random.nextBoolean()) {
			link.reset();
			reconnect();
			return;
		}
		this.stalled = false;
		this.heardAt = System.nanoTime();
		link.setReading(true);
		this.loop.schedule(() -> end(link), upTo(habits().longestLife()));
	}

	/**
	 * Looks whether the connection is still there.
	 */
	void check() {
		Link link = this.link;
		if (link == null || this.stalled) {
			return;
		}
		long silence = System.nanoTime() - this.heardAt;
		if (this.lossy && silence > habits().beat().multipliedBy(LOST_AFTER).toNanos()) {
			// Neither the server nor the network has told that it is lost.
			this.crowd.counts().lost();
			link.setReading(false);
			this.abandoned.add(link);
			this.loop.schedule(() -> forget(link), habits().beat().multipliedBy(4).toMillis());
			reconnect();
		}
		else if (silence > DEAD_AFTER.toNanos()) {
			this.crowd.counts().dead();
			link.reset();
			reconnect();
		}
	}

	private void forget(Link link) {
		link.close();
		this.abandoned.remove(link);
	}

	void stop() {
		this.stopped = true;
		if (this.link != null) {
			this.link.close();
			this.link = null;
		}
		this.abandoned.forEach(Link::close);
		this.abandoned.clear();
	}

	// The connection

	@Override
	public void connected(Link link) {
		if (this.link == link) {
			ask(link);
		}
	}

	@Override
	public void received(Link link, ByteBuffer data) {
		if (this.link == link) {
			this.heardAt = System.nanoTime();
			this.inbox.add(data);
			this.talk.read(link, this.inbox);
		}
	}

	@Override
	public void ended(Link link) {
		if (this.link == link) {
			this.crowd.counts().cut();
			reconnect();
		}
	}

	// What the server says

	@Override
	public void message(String channel, String data) {
		int dash = data.indexOf('-');
		long number = Long.parseLong(data, 0, dash, 10);
		Place place = this.places.computeIfAbsent(channel, (name) -> new Place());
		if (place.last > 0 && number != place.last + 1 && !(place.gap && number > place.last)) {
			wrong("%s: %d after %d".formatted(channel, number, place.last));
		}
		if (!this.channels.contains(channel)) {
			wrong(channel + " was not asked for");
		}
		place.last = number;
		place.gap = false;
		this.crowd.counts().received();
		this.crowd.feeds().heard(channel, number);
		long published = Long.parseLong(data, dash + 1, data.indexOf('-', dash + 1), 10);
		habits().latency().accept(System.nanoTime() - published);
		if (!this.arrived && channel.equals(this.staying.name()) && number >= this.crowd.goal(this.staying)) {
			this.arrived = true;
			this.crowd.arrived();
		}
	}

	@Override
	public void gap(String channel) {
		this.places.computeIfAbsent(channel, (name) -> new Place()).gap = true;
		this.crowd.counts().gap();
	}

	@Override
	public void ended(String channel) {
		if (channel.equals(this.staying.name())) {
			wrong(channel + " has ended");
		}
		this.places.remove(channel);
		this.channels = new ArrayList<>(List.of(this.staying.name()));
		String next = this.crowd.feeds().passing(this.number / Transport.values().length);
		Link link = this.link;
		if (next != null && !next.equals(channel) && link != null && this.transport != Transport.SSE) {
			this.channels.add(next);
			if (this.transport == Transport.WEBSOCKET) {
				SocketTalk.subscribe(link, next);
			}
		}
	}

	@Override
	public void cursor(String cursor) {
		this.cursor = cursor;
	}

	@Override
	public void answered() {
		if (this.link != null) {
			ask(this.link);
		}
	}

	@Override
	public void over(int status) {
		Link link = this.link;
		if (link != null) {
			this.crowd.counts().refused(status);
			link.close();
			reconnect();
		}
	}

	@Override
	public void wrong(String what) {
		this.crowd.violated(this.transport + " client " + this.number + ": " + what);
	}

	/**
	 * Where the client is in a channel.
	 */
	private static final class Place {

		private long last;

		private boolean gap;

	}

}
