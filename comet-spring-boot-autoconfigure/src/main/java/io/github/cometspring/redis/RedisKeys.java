package io.github.cometspring.redis;

/**
 * The names of keys and feeds. All keys of a channel have one hash tag: its instance,
 * from which its id cannot be derived. The keys of the registry have another.
 */
final class RedisKeys {

	/** The registration of each channel that has not ended, by id. */
	final String registry;

	/** The channels with an idle timeout, by the time at which they become idle. */
	final String idle;

	/** The channels that a node has begun to close. */
	final String ending;

	/** A random number that is lost together with the registry; on Redis, its "life". */
	final String generation;

	/** The state of the control. */
	final String control;

	/** The version of the format. */
	final String format;

	/** A key that is written to check whether Redis accepts writes. */
	final String check;

	/** The feed of changes of the control. */
	final String controlFeed;

	/** A feed without subscribers, to check the right to publish. */
	final String checkFeed;

	private final String prefix;

	private final String feedPrefix;

	/**
	 * Creates the names.
	 * @param prefix the beginning of all names
	 * @param database the number of the database. It is part of the names of feeds, since
	 * Redis Pub/Sub does not separate databases
	 */
	RedisKeys(String prefix, int database) {
		this.prefix = prefix;
		this.feedPrefix = prefix + ":feed:" + database + ":";
		this.registry = registry("channels");
		this.idle = registry("idle");
		this.ending = registry("ending");
		this.generation = registry("life");
		this.control = registry("control");
		this.format = registry("format");
		this.check = registry("check");
		this.controlFeed = this.feedPrefix + "control";
		this.checkFeed = this.feedPrefix + "check";
	}

	private String registry(String name) {
		return this.prefix + ":{registry}:" + name;
	}

	/**
	 * The channel that ended last under an id.
	 */
	String ended(String id) {
		return registry("ended:" + id);
	}

	/**
	 * The keys of a channel: its state and its messages.
	 */
	String[] channel(String instance) {
		String tagged = this.prefix + ":{" + instance + "}:";
		return new String[] { tagged + "channel", tagged + "messages" };
	}

	/**
	 * The publication that was made on a channel with a key.
	 */
	String once(String instance, String key) {
		return this.prefix + ":{" + instance + "}:once:" + key;
	}

	/**
	 * The feed of a channel.
	 */
	String feed(String instance) {
		return this.feedPrefix + instance;
	}

	/**
	 * The feed to which a node publishes its probes.
	 */
	String probe(String node) {
		return this.feedPrefix + "probe:" + node;
	}

}
