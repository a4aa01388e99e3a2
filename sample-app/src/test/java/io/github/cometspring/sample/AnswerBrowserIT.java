package io.github.cometspring.sample;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An answer of the simulated model outlives the request, the page and the network, and
 * stops when somebody says so.
 */
@SaleroomTest
class AnswerBrowserIT {

	private static final String QUESTION = "What is a comet?";

	private static final String ANSWER = SimulatedModel.text(QUESTION);

	/** Ten tokens. */
	private static final Duration WHILE = SimulatedModel.PACE.multipliedBy(10);

	@Autowired
	private VirtualTimeScheduler time;

	@Autowired
	private Answers answers;

	@Test
	void answerWhenPageIsReloadedShouldBeShownFromItsBeginning(Saleroom room) {
		AnswerPage page = ask(room, "");
		String before = page.text();
		page.reload();
		page.until(() -> page.text().startsWith(before));
		assertThat(page.question()).isEqualTo(QUESTION);
		assertThat(page.state()).isEqualTo("writing");
		finish(page);
		// Its channel is closed now.
		page.reload();
		page.until(() -> page.state().equals("finished"));
		assertThat(page.text()).isEqualTo(ANSWER);
	}

	@Test
	void answerWhenSecondTabOpensShouldBeShownInBoth(Saleroom room) {
		AnswerPage page = ask(room, "");
		String before = page.text();
		ChromeDriver driver = room.ada.driver();
		String first = driver.getWindowHandle();
		String url = page.url();
		driver.switchTo().newWindow(WindowType.TAB);
		try {
			AnswerPage second = AnswerPage.open(driver, url);
			second.until(() -> second.text().startsWith(before));
			finish(second);
		}
		finally {
			driver.close();
			driver.switchTo().window(first);
			driver.executeCdpCommand("Page.bringToFront", Map.of());
		}
		page.until(() -> page.state().equals("finished"));
		assertThat(page.text()).isEqualTo(ANSWER);
	}

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse", "json" })
	void answerWhenNetworkDropsShouldLoseAndRepeatNothing(String transport, Saleroom room) {
		AnswerPage page = ask(room, "?transports=" + transport);
		room.adasCable.unplug();
		this.time.advanceTimeBy(WHILE);
		this.time.advanceTimeBy(WHILE);
		room.adasCable.plugIn();
		page.tellOnline();
		finish(page);
	}

	@Test
	void answerWhenStoppedShouldStopTheModel(Saleroom room) {
		AnswerPage page = ask(room, "");
		page.stop();
		page.until(() -> page.state().equals("stopped"));
		page.until(() -> this.answers.running() == 0);
		String text = page.text();
		this.time.advanceTimeBy(WHILE);
		page.reload();
		page.until(() -> page.state().equals("stopped"));
		assertThat(page.text()).isEqualTo(text).isNotEmpty();
		assertThat(ANSWER).startsWith(text).isNotEqualTo(text);
	}

	@Test
	void answerWhenUnknownShouldBeGone(Saleroom room) {
		AnswerPage page = AnswerPage.open(room.ada.driver(),
				Saleroom.url(room.adasCable, "answer.html#answer=none&from=earliest"));
		page.until(() -> page.state().equals("gone"));
	}

	/** Asks, and lets the model write for a while. */
	private AnswerPage ask(Saleroom room, String query) {
		AnswerPage page = AnswerPage.open(room.ada.driver(), Saleroom.url(room.adasCable, "answer.html" + query));
		page.ask(QUESTION);
		// The model begins when the page listens.
		page.until(() -> page.state().equals("writing"));
		page.until(() -> {
			this.time.advanceTimeBy(SimulatedModel.PACE);
			return page.text().length() > 20;
		});
		assertThat(this.answers.running()).isOne();
		assertThat(page.text()).hasSizeLessThan(ANSWER.length());
		return page;
	}

	private void finish(AnswerPage page) {
		page.until(() -> {
			this.time.advanceTimeBy(WHILE);
			return page.state().equals("finished");
		});
		assertThat(page.text()).isEqualTo(ANSWER);
	}

}
