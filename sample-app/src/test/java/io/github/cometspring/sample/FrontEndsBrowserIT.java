package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.testing.TcpProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.WebDriverWait;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The real htmx and the real Turbo listen to plain event streams, on the pages that
 * {@code docs/front-ends.md} prints.
 */
@SaleroomTest
class FrontEndsBrowserIT {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final int HISTORY = 3;

	@Autowired
	private Channels channels;

	private Channel bids;

	private Channel clock;

	private TcpProxy cable;

	private ChromeDriver driver;

	@BeforeEach
	void open(@LocalServerPort int port, Browsers browsers) {
		this.bids = create("bids");
		this.clock = create("clock");
		this.cable = new TcpProxy(port);
		this.driver = browsers.desk().driver;
	}

	@AfterEach
	void close(Browsers browsers) {
		this.driver.get("about:blank");
		this.cable.close();
		this.bids.close().block(PATIENCE);
		this.clock.close().block(PATIENCE);
		// htmx logs that its connection was cut, and the policy of the sample forbids the
		// style of Turbo's progress bar.
		assertThat(browsers.desk().complaints())
			.allMatch((message) -> message.contains("htmx.min.js") || message.contains("style"));
	}

	@Test
	void htmxShouldShowEachMessageInTheElementOfItsChannel() {
		show("htmx");
		publish(this.bids, "<li>\n\t12 <b>euros</b>\r\n</li>", "<li>13 euros</li>");
		publish(this.clock, "noon");
		until(() -> clock().equals("noon"));
		until(() -> bids().size() == 2);
		assertThat(bids()).containsExactly("12 euros", "13 euros");
		publish(this.clock, "evening");
		until(() -> clock().equals("evening"));
	}

	@Test
	void htmxWhenConnectionIsCutShouldShowEachMessageOnce() {
		show("htmx");
		publish(this.bids, "<li>12</li>", "<li>13</li>");
		until(() -> bids().size() == 2);
		assertThat(this.cable.cut()).isPositive();
		publish(this.bids, "<li>14</li>", "<li>15</li>");
		until(() -> bids().size() >= 4);
		publish(this.bids, "<li>16</li>");
		until(() -> bids().contains("16"));
		assertThat(bids()).containsExactly("12", "13", "14", "15", "16");
	}

	@Test
	void htmxWhenMessagesAreLostShouldGetTheStateAndGoOnFromThere() {
		show("htmx");
		publish(this.bids, "<li>12</li>");
		until(() -> bids().contains("12"));
		this.cable.unplug();
		for (int i = 0; i <= HISTORY; i++) {
			publish(this.bids, "<li>lost</li>");
		}
		this.cable.plugIn();
		until(() -> bids().contains("all bids"));
		until(() -> this.bids.subscribers() == 1);
		publish(this.bids, "<li>13</li>");
		until(() -> bids().contains("13"));
		assertThat(bids()).containsExactly("all bids", "13");
	}

	@Test
	void turboWhenConnectionIsCutShouldApplyEachActionOnce() {
		show("Turbo");
		publish(this.bids, append("12"));
		until(() -> bids().contains("12"));
		assertThat(this.cable.cut()).isPositive();
		publish(this.bids, append("13"), append("14"));
		until(() -> bids().contains("14"));
		assertThat(bids()).containsExactly("12", "13", "14");
	}

	private static String append(String bid) {
		return """
				<turbo-stream action="append" target="bids">
					<template><li>%s</li></template>
				</turbo-stream>""".formatted(bid);
	}

	private Channel create(String name) {
		return this.channels.create(name, ChannelSettings.DEFAULT.withHistorySize(HISTORY))
			.blockOptional(PATIENCE)
			.orElseThrow();
	}

	private void show(String section) {
		this.driver.get(Saleroom.url(this.cable, "documented/" + section));
		until(() -> this.bids.subscribers() == 1);
	}

	private static void publish(Channel channel, String... messages) {
		for (String message : messages) {
			channel.publish(message).block(PATIENCE);
		}
	}

	@SuppressWarnings("unchecked")
	private List<String> bids() {
		return (List<String>) this.driver.executeScript(
				"return [...document.querySelectorAll('#bids li')].map((element) => element.textContent.trim())");
	}

	private String clock() {
		return (String) this.driver.executeScript("return document.querySelector('#clock').textContent");
	}

	private void until(Supplier<Boolean> condition) {
		new WebDriverWait(this.driver, PATIENCE, Duration.ofMillis(20)).until((WebDriver driver) -> condition.get());
	}

}
