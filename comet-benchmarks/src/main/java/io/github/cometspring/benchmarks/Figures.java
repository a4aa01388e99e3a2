package io.github.cometspring.benchmarks;

import java.util.EnumSet;
import java.util.Set;

/**
 * The run whose figures stand in {@code docs/performance.md}: what it measures, and of
 * which servers.
 */
final class Figures {

	/** The name of the mode. */
	static final String MODE = "figures";

	static final Set<Measure> MEASURES = EnumSet.of(Measure.IDLE_LONGPOLL, Measure.IDLE_SSE, Measure.IDLE_WEBSOCKET,
			Measure.LONGPOLL, Measure.SSE, Measure.WEBSOCKET, Measure.PAIRS, Measure.OPEN_SSE, Measure.OPEN_WEBSOCKET,
			Measure.OPEN_COLD_SSE, Measure.OPEN_COLD_WEBSOCKET, Measure.RESUME_LONGPOLL, Measure.RESUME_SSE,
			Measure.RESUME_WEBSOCKET, Measure.RESUME_COLD_LONGPOLL, Measure.RESUME_COLD_SSE,
			Measure.RESUME_COLD_WEBSOCKET, Measure.PUBLISH);

	static final String SERVERS = "floor,floor-pump,comet,comet-uring,comet-chain,comet-security,comet-jwt,comet-own,"
			+ "comet-publish,comet-cds,webflux,vertx,bun,nchan";

	/** For the picture of growth; the tables have the others. */
	static final String CLIENTS = "100,1000,10000";

	/** Forty, less the time for the last round and the report. */
	static final int MINUTES = 38;

	/** How many channels have a client each. */
	static final int PAIRS = 1000;

	/** How many deliveries come before, for each server and dialect. */
	static final int WARM_UP = 300_000;

	private static final int FEWEST_IN_TABLES = 1000;

	private Figures() {
	}

	/**
	 * Whether a server takes part in a block, provided that it can. The variants of Comet
	 * are measured where they differ.
	 */
	static boolean has(ServerKind kind, Block block, Options options) {
		Measure measure = block.measure();
		if (measure.isCold() && !kind.isJvm()) {
			return false;
		}
		return switch (kind) {
			case COMET_CHAIN, COMET_JWT -> measure == Measure.LONGPOLL && block.clients() >= FEWEST_IN_TABLES;
			case COMET_SECURITY -> measure != Measure.PAIRS && (!measure.isCold() || measure.isResumption())
					&& (!measure.isFanOut() || block.clients() >= FEWEST_IN_TABLES);
			case COMET_URING -> measure.isFanOut() && block.window() == 1 && block.clients() == options.many();
			case COMET_OWN -> block.window() == 1 && block.clients() == options.many();
			default -> true;
		};
	}

}
