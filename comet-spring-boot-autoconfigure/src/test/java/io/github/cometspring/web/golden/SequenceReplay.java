package io.github.cometspring.web.golden;

/**
 * Replays a recording of several steps.
 */
interface SequenceReplay {

	/** The behaviour of the original. */
	Facets recorded();

	/** Replays the steps, and returns the observed behaviour. */
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
			default -> throw new IllegalArgumentException("Cannot replay " + transcript.name());
		};
	}

}
