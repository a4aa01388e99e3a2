package io.github.cometspring.redis;

/**
 * The names of keys and feeds. All keys of a channel have one hash tag, which is its
 * instance and tells nothing of its name; those of the registry have another.
 */
final class RedisKeys {

	/** The names of the living channels, and what each of them is. */
	final String registry;

	/** When the channels with an idle timeout are idle. */
	final String idle;

	/** The channels that are about to end. */
	final String ending;

	/** A number that is lost whenever the registry is. */
	final String life;

	/** The state of the control. */
	final String control;

	/** The version of the format. */
	final String format;

	/** What is written to find out whether that is possible. */
	final String check;

	/** Where it is told that the state of the control has changed. */
	final String controlFeed;

	/** A feed on which nobody listens. */
	final String checkFeed;

	private final String prefix;

	private final String feedPrefix;

	/**
	 * Creates the names.
	 * @param prefix what all names begin with
	 * @param database the number of the database, which feeds do not know
	 */
	RedisKeys(String prefix, int database) {
		this.prefix = prefix;
		this.feedPrefix = prefix + ":feed:" + database + ":";
		this.registry = registry("channels");
		this.idle = registry("idle");
		this.ending = registry("ending");
		this.life = registry("life");
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
	 * What has ended under a name a short while ago.
	 */
	String ended(String id) {
		return registry("ended:" + id);
	}

	/**
	 * The keys of a channel: what is known of it, and its messages.
	 */
	String[] channel(String instance) {
		String tagged = this.prefix + ":{" + instance + "}:";
		return new String[] { tagged + "channel", tagged + "messages" };
	}

	/**
	 * Where the messages of a channel are announced.
	 */
	String feed(String instance) {
		return this.feedPrefix + instance;
	}

	/**
	 * Where a node hears itself.
	 */
	String probe(String node) {
		return this.feedPrefix + "probe:" + node;
	}

}
