package io.github.cometspring.sample;

import java.time.Duration;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server that is replaced by another without its state.
 */
@ExtendWith(SaleroomExtension.class)
class RestartBrowserIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse", "json" })
	void pageWhenServerIsRestartedShouldShowTheGapAndReload(String transport, Browsers browsers) {
		SaleroomPage page = new SaleroomPage(browsers.desk());
		int port;
		Item before;
		try (ConfigurableApplicationContext server = start(0)) {
			port = server.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
			before = firstItem(server);
			page.open("http://localhost:%d/?transports=%s".formatted(port, transport), "Ada");
			page.until(() -> page.has(before));
		}
		page.until(() -> page.badge().equals("Server gone"));
		try (ConfigurableApplicationContext server = start(port)) {
			Item after = firstItem(server);
			page.tellOnline();
			page.until(() -> page.has(after) && !page.has(before));
			page.until(() -> page.badge().equals("Live"));
			assertThat(page.missed()).startsWith("Some messages were lost.");
			server.getBean(AuctionHouse.class).bid(after.id(), new Bid("Old Tobias", 9000)).block(PATIENCE);
			page.until(() -> page.lot(after, "price").equals("€9,000"));
		}
	}

	private static ConfigurableApplicationContext start(int port) {
		return new SpringApplicationBuilder(SampleApplication.class).run("--server.port=" + port,
				"--auction.simulate=false", "--auction.new-item-every=30d", "--auction.item-duration=10m");
	}

	private static Item firstItem(ConfigurableApplicationContext server) {
		return server.getBean(AuctionHouse.class).open().get(0);
	}

}
