package io.github.cometspring.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A server that can be measured. Servers on the JVM get only the part of the class path
 * that they use, because Spring Boot enables what it finds there.
 */
enum ServerKind {

	/**
	 * The floor: a program in C that does only what must be on the wire, and writes each
	 * message to each client at once.
	 */
	FLOOR("", "plain", "", "--each"),
	/** The same, which writes to a stream all that it lacks at once. */
	FLOOR_PUMP("", "plain", "", "--pump"),
	/** The starter with its defaults. */
	COMET("CometServer", "comet", "security|jetty|cometd|servlet"),
	/** With a web filter: polls take the default path. */
	COMET_CHAIN("CometServer", "comet", "security|jetty|cometd|servlet", "--bench.filter=true"),
	/** Behind Spring Security, whose form users have logged in at: each has a session. */
	COMET_SECURITY("SecuredCometServer", "comet-user", "jetty|cometd|servlet"),
	/** Behind Spring Security's resource server: each request has a token. */
	COMET_JWT("SecuredCometServer", "comet-user", "jetty|cometd|servlet", "--bench.jwt=true"),
	/**
	 * The starter with its defaults; each client listens to a channel of its own, too.
	 */
	COMET_MIXED("CometServer", "comet-mixed", "security|jetty|cometd|servlet", "--bench.channels=10000"),
	/**
	 * The starter with its defaults; each client listens to a channel of its own, and the
	 * application publishes on all of them.
	 */
	COMET_OWN("CometServer", "comet-own", "security|jetty|cometd|servlet", "--bench.channels=10000"),
	/** The starter with its defaults and a registry of Prometheus. */
	COMET_PROMETHEUS("CometServer", "comet", "security|jetty|cometd|servlet"),
	/** The starter without its meters. */
	COMET_UNMETERED("CometServer", "comet", "security|jetty|cometd|servlet",
			"--spring.autoconfigure.exclude=io.github.cometspring.autoconfigure.CometMetricsAutoConfiguration"),
	/** The starter with its endpoint for publishers, which the load uses. */
	COMET_PUBLISH("CometServer", "comet-publish", "security|jetty|cometd|servlet", "--comet.publish.enabled=true",
			"--comet.publish.keys=" + HttpPublications.KEY),
	/** The starter with its defaults, and its channels on a Redis of its own. */
	COMET_REDIS("CometServer", "comet", "security|jetty|cometd|servlet"),
	/** The starter with its defaults on io_uring. */
	COMET_URING("CometServer", "comet", "security|jetty|cometd|servlet"),
	/** The starter with its defaults, whose JVM has an archive of its classes. */
	COMET_CDS("CometServer", "comet", "security|jetty|cometd|servlet"),
	/** Written by hand with Spring WebFlux. */
	WEBFLUX("WebFluxServer", "webflux", "comet-spring|security|jetty|cometd|servlet"),
	/** Written by hand with Netty alone. */
	NETTY("NettyServer", "plain", "spring|reactor|jetty|cometd|logback|slf4j|log4j"),
	/** Written by hand with Vert.x. */
	VERTX("VertxServer", "plain", "spring|reactor|jetty|cometd|logback|slf4j|log4j"),
	/** Written by hand with Bun, whose server is that of uWebSockets. */
	BUN("", "plain", ""),
	/** CometD: an established server on the JVM. */
	COMETD("CometdServer", "cometd", "spring|reactor|netty-codec|logback|log4j"),
	/** nchan: a server in C. */
	NCHAN("", "nchan", "");

	private static final Pattern REDIS = Pattern
		.compile("redis|lettuce|spring-(data|tx|oxm|context-support)|spring-boot-(data|persistence|transaction)");

	// The last of which has to be that of Vert.x alone
	private static final Pattern VERTX_LIBRARIES = Pattern.compile("vertx|^jackson-core-2");

	private static final List<String> SPRING_ARGUMENTS = List.of("--spring.main.banner-mode=off",
			"--logging.level.root=warn", "--comet.history.size=20", "--comet.timeout=120s",
			"--management.endpoints.web.exposure.include=comet,health");

	private final String mainClass;

	private final String targets;

	private final Pattern unused;

	private final List<String> arguments;

	ServerKind(String mainClass, String targets, String unused, String... arguments) {
		this.mainClass = mainClass;
		this.targets = targets;
		this.unused = Pattern.compile(unused);
		this.arguments = List.of(arguments);
	}

	static ServerKind of(String name) {
		return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
	}

	String mainClass() {
		return "io.github.cometspring.benchmarks.server." + this.mainClass;
	}

	boolean isJvm() {
		return !this.mainClass.isEmpty();
	}

	/**
	 * Whether this is the same from the first request on, since nothing compiles it while
	 * it runs.
	 */
	boolean isInC() {
		return this == FLOOR || this == FLOOR_PUMP || this == NCHAN;
	}

	/**
	 * How many processes it has.
	 */
	int processes() {
		return (this == NCHAN) ? 2 : 1;
	}

	/**
	 * Whether the JVM uses what it has kept of a training run.
	 */
	boolean isArchived() {
		return this == COMET_CDS;
	}

	/**
	 * Whether this needs a Redis.
	 */
	boolean isOnRedis() {
		return this == COMET_REDIS;
	}

	private boolean isSpring() {
		return isComet() || this == WEBFLUX;
	}

	boolean isComet() {
		return name().startsWith("COMET") && this != COMETD;
	}

	/**
	 * Whether this server uses a library.
	 */
	boolean uses(String library) {
		return !this.unused.matcher(library).find() && (isOnRedis() || !REDIS.matcher(library).find())
				&& (this == COMET_PROMETHEUS || !library.contains("prometheus"))
				&& (this == COMET_URING || !library.contains("io_uring"))
				&& (this == VERTX || !VERTX_LIBRARIES.matcher(library).find());
	}

	List<String> arguments(int port) {
		if (!isSpring()) {
			List<String> all = new ArrayList<>(List.of(String.valueOf(port)));
			all.addAll(this.arguments);
			return all;
		}
		List<String> all = new ArrayList<>(SPRING_ARGUMENTS);
		all.add("--server.address=127.0.0.1");
		all.add("--server.port=" + port);
		all.addAll(this.arguments);
		return all;
	}

	/**
	 * The name of the load generator's file for this server.
	 */
	String target(Measure measure) {
		if (measure.isResumption()) {
			return (isComet() ? "comet" : this.targets) + "-resume-" + measure.dialect() + ".target";
		}
		return target(measure.dialect());
	}

	private String target(Measure.Dialect dialect) {
		// The others have only one dialect of polls
		boolean json = isComet() && dialect == Measure.Dialect.JSONPOLL;
		Measure.Dialect known = (dialect == Measure.Dialect.JSONPOLL && !json) ? Measure.Dialect.LONGPOLL : dialect;
		return this.targets + "-" + known + ".target";
	}

	boolean can(Measure measure) {
		if (measure.isOfRedis()) {
			return isOnRedis();
		}
		if (isOnRedis()) {
			return measure.isFanOut() || measure == Measure.PAIRS;
		}
		if (this == COMET_OWN || this == COMET_JWT) {
			return measure.isFanOut() && measure != Measure.JSONPOLL;
		}
		if (this == COMET_PUBLISH) {
			return measure == Measure.PUBLISH || measure == Measure.PAIRS;
		}
		if (this == FLOOR_PUMP) {
			return measure.isWindowed();
		}
		if (this == COMET_CDS) {
			return measure.isCold();
		}
		if (this == COMET_URING) {
			return measure.isFanOut() || measure.isIdle() || measure.isOpening();
		}
		if (isOnDemand()) {
			return measure.isFanOut();
		}
		if (measure.isResumption()) {
			return this == COMET || this == COMET_SECURITY || this == WEBFLUX;
		}
		if (measure.isOpening()) {
			return this != COMETD;
		}
		return switch (measure) {
			case FAIR_LONGPOLL, FAIR_SSE, FAIR_WEBSOCKET, DEACTIVATE -> isComet() && this != COMET_SECURITY;
			case ENGINE -> this == COMET;
			case PUBLISH -> this != NETTY && this != COMETD;
			// The others have one dialect of polls.
			case JSONPOLL -> this == COMET || this == COMET_CHAIN || this == NCHAN;
			case IDLE_SSE, IDLE_WEBSOCKET -> this != COMETD;
			// A stream passes the filters only once, at its beginning.
			case SSE, WEBSOCKET -> this != COMETD && this != COMET_CHAIN && this != COMET_SECURITY;
			default -> true;
		};
	}

	/**
	 * Whether this is measured only if it is asked for by its name.
	 */
	boolean isOnDemand() {
		return switch (this) {
			case COMET_JWT, COMET_MIXED, COMET_OWN, COMET_PROMETHEUS, COMET_UNMETERED, COMET_PUBLISH, COMET_REDIS,
					COMET_URING, COMET_CDS ->
				true;
			default -> false;
		};
	}

	/**
	 * Whether a delivery takes so long that many would take hours.
	 */
	boolean isSlow() {
		return this == COMETD;
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
