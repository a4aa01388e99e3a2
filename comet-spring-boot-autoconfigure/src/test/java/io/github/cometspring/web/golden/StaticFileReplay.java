package io.github.cometspring.web.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;

/**
 * A poll on the path of a static file. The original mapped comet before or after the
 * files. {@code /**} is mapped before them.
 *
 * @param transcript the recording
 */
record StaticFileReplay(Transcript transcript) implements SequenceReplay {

	@Override
	public Facets recorded() {
		boolean answered = this.transcript.text("observed").contains("zz:ENDED_CHANNEL 200");
		return new Facets().with("answer", answered ? "200 zz:ENDED_CHANNEL" : "the file");
	}

	@Override
	public Facets run() throws IOException {
		Path files = Files.createTempDirectory("static");
		Path file = Files.writeString(files.resolve("file.txt"), "the file");
		try (CometServer server = CometServer.start("comet.path=/**",
				"spring.web.resources.static-locations=" + files.toUri());
				RawConnection client = RawConnection.open(server.port())) {
			Answer answer = client.request("POST", "/file.txt", "application/x-ocsigen-comet", "registration=zz")
				.read();
			return new Facets().with("answer", answer.status() + " " + answer.body());
		}
		finally {
			Files.delete(file);
			Files.delete(files);
		}
	}

}
