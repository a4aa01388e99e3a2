package io.github.cometspring.sample;

import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.security.ChannelAuthorizer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.chrome.ChromeDriver;
import reactor.core.publisher.Mono;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpCookie;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A page that listens to another server than its own, which identifies its user by a
 * cookie.
 */
@ExtendWith(SaleroomExtension.class)
class ForeignPageBrowserIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String USER = "ada";

	private static ConfigurableApplicationContext own;

	private static ConfigurableApplicationContext other;

	@BeforeAll
	static void start() {
		own = start(SampleApplication.class);
		other = start(LogIn.class, "--comet.allowed-origins=" + url(own, ""), "--comet.allowed-credentials=true");
	}

	private static ConfigurableApplicationContext start(Class<?> configuration, String... arguments) {
		return new SpringApplicationBuilder(SampleApplication.class).sources(configuration)
			.properties("server.port=0", "auction.simulate=false", "auction.new-item-every=30d")
			.run(arguments);
	}

	@AfterAll
	static void stop() {
		other.close();
		own.close();
	}

	private static String url(ConfigurableApplicationContext server, String path) {
		return "http://localhost:" + server.getEnvironment().getRequiredProperty("local.server.port") + path;
	}

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse", "json" })
	void pageWhenItSendsCredentialsShouldBeTheUser(String transport, Browsers browsers) {
		PageListener page = listen(browsers, transport, "include");
		page.until(() -> page.transport().equals(transport));
		AuctionHouse house = other.getBean(AuctionHouse.class);
		Item item = house.open().get(0);
		house.bid(item.id(), new Bid("Old Tobias", item.minimum())).block(PATIENCE);
		page.until(() -> !page.bids().isEmpty());
		assertThat(page.refusals()).isEmpty();
		page.close();
	}

	@AfterEach
	void obeyPolicy(Browsers browsers) {
		bypassPolicy(browsers, false);
	}

	/** The sample's own pages may connect to their own server only. */
	private static void bypassPolicy(Browsers browsers, boolean bypass) {
		browsers.desk().driver.executeCdpCommand("Page.setBypassCSP", Map.of("enabled", bypass));
	}

	@ParameterizedTest
	@ValueSource(strings = { "sse", "json" })
	void pageWhenItSendsNoCredentialsShouldBeRefused(String transport, Browsers browsers) {
		PageListener page = listen(browsers, transport, "omit");
		page.until(() -> !page.refusals().isEmpty());
		assertThat(page.refusals()).allMatch((refusal) -> refusal.endsWith(" forbidden"));
		page.close();
	}

	private static PageListener listen(Browsers browsers, String transport, String credentials) {
		ChromeDriver driver = browsers.desk().driver;
		bypassPolicy(browsers, true);
		driver.get(url(own, "/favicon.svg"));
		driver.manage().addCookie(new Cookie("user", USER));
		String channel = other.getBean(AuctionHouse.class).open().get(0).id();
		assertThat(other.getBean(Channels.class).find(channel).blockOptional(PATIENCE)).isPresent();
		return PageListener.listen(driver, url(other, "/comet"),
				Map.of("transports", List.of(transport), "credentials", credentials), channel);
	}

	/**
	 * Identifies a user by a cookie, and lets only her read. It has no annotation by
	 * which other applications of these tests would find it.
	 */
	static class LogIn {

		@Bean
		WebFilter logIn() {
			return (ServerWebExchange exchange, WebFilterChain chain) -> {
				HttpCookie cookie = exchange.getRequest().getCookies().getFirst("user");
				Principal user = () -> cookie.getValue();
				return chain.filter((cookie != null) ? exchange.mutate().principal(Mono.just(user)).build() : exchange);
			};
		}

		@Bean
		ChannelAuthorizer onlyAda() {
			return (user, channel) -> Mono.just(user != null && user.getName().equals(USER));
		}

	}

}
