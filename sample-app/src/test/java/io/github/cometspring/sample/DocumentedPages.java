package io.github.cometspring.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import reactor.core.publisher.Mono;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * The pages that {@code docs/front-ends.md} prints, and what one of them asks for.
 */
@RestController
class DocumentedPages {

	private static final Path DOCUMENT = Path.of("..", "docs", "front-ends.md");

	private static final String PAGE = """
			<!DOCTYPE html>
			<html lang="en">
			<meta charset="utf-8">
			<title>As documented</title>
			<link rel="icon" href="/favicon.svg">
			<!-- For the strict policy of the sample -->
			<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>
			%s
			""";

	private final Channels channels;

	DocumentedPages(Channels channels) {
		this.channels = channels;
	}

	@GetMapping(path = "/documented/{section}", produces = MediaType.TEXT_HTML_VALUE)
	String page(@PathVariable String section) throws IOException {
		return PAGE.formatted(html(section));
	}

	/**
	 * The section of the page for htmx, with the state of the sale and the cursor after
	 * it.
	 */
	@GetMapping(path = "/sale", produces = MediaType.TEXT_HTML_VALUE)
	Mono<String> sale() throws IOException {
		String html = html("htmx");
		String sale = html.substring(html.indexOf("<section"));
		return Mono.zip(cursor("bids"), cursor("clock"))
			.map((cursors) -> cursors.getT1().and(cursors.getT2()).token())
			.map((cursor) -> sale.replace("/comet?", "/comet?cursor=" + cursor + "&amp;")
				.replace("</ul>", "<li>all bids</li></ul>"));
	}

	private Mono<Cursor> cursor(String channel) {
		return this.channels.obtain(channel).flatMap(Channel::cursor);
	}

	private static String html(String section) throws IOException {
		Matcher block = Pattern.compile("(?ms)^## " + section + "$.*?^```html\\n(.*?)^```$")
			.matcher(Files.readString(DOCUMENT));
		if (!block.find()) {
			throw new IllegalStateException("No page in the section " + section);
		}
		return block.group(1);
	}

}
