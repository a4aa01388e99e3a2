package io.github.cometspring.web.golden;

/**
 * Does again what was done in a recording of several steps.
 */
interface SequenceReplay {

	/** What the original did. */
	Facets recorded();

	/** Does it, and says what was seen. */
	Facets run() throws Exception;

	/** The kind of a recording is the first word of its name. */
	static SequenceReplay of(GoldenServer server, Transcript transcript) {
		String kind = transcript.name().split("[-_ ]|(?<=max)\\d")[0];
		return switch (kind) {
			case "two" -> new TwoClientsReplay(server, transcript);
			case "disconnect" -> new DisconnectReplay(server, transcript);
			case "anon" -> new GeneratedIdReplay(server, transcript);
			case "command" -> new CommandPipeReplay(server, transcript);
			case "effect" -> new CommandEffectReplay(server, transcript);
			case "max" -> new ChannelLimitReplay(transcript);
			case "comet" -> new StaticFileReplay(transcript);
			default -> throw new IllegalArgumentException("Nobody knows how to replay " + transcript.name());
		};
	}

}
