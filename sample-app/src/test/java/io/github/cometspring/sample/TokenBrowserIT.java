package io.github.cometspring.sample;

import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.cometspring.security.ChannelAuthorizer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.chrome.ChromeDriver;
import reactor.core.publisher.Mono;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A page that logs in with a bearer token, at an application that reads the header
 * {@code Authorization}.
 */
@ExtendWith(SaleroomExtension.class)
class TokenBrowserIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static ConfigurableApplicationContext server;

	@BeforeAll
	static void start() {
		server = new SpringApplicationBuilder(SampleApplication.class).sources(LogIn.class)
			.properties("server.port=0", "auction.simulate=false", "auction.new-item-every=30d")
			.run();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse", "json" })
	void pageWhenTokenHasExpiredShouldGoOnWithTheNext(String transport, Browsers browsers) {
		PageListener page = listen(browsers, transport, "expired", "ada");
		page.until(() -> page.transport().equals(transport));
		AuctionHouse house = server.getBean(AuctionHouse.class);
		Item item = house.open().get(0);
		house.bid(item.id(), new Bid("Old Tobias", item.minimum())).block(PATIENCE);
		page.until(() -> !page.bids().isEmpty());
		assertThat(page.refusals()).isEmpty();
		page.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse", "json" })
	void pageWhenTokenIsOfAnotherUserShouldBeRefused(String transport, Browsers browsers) {
		PageListener page = listen(browsers, transport, "bea");
		page.until(() -> !page.refusals().isEmpty());
		assertThat(page.refusals()).allMatch((refusal) -> refusal.endsWith(" forbidden"));
		page.close();
	}

	private static PageListener listen(Browsers browsers, String transport, String... tokens) {
		ChromeDriver driver = browsers.desk().driver;
		String url = "http://localhost:" + server.getEnvironment().getRequiredProperty("local.server.port");
		driver.get(url + "/favicon.svg");
		return PageListener.listen(driver, url + "/comet",
				Map.of("transports", List.of(transport), "tokens", List.of(tokens)),
				server.getBean(AuctionHouse.class).open().get(0).id());
	}

	/**
	 * Takes the token for the name of the user, knows an expired one, and lets only Ada
	 * read. It has no annotation by which other applications of these tests would find
	 * it.
	 */
	static class LogIn {

		@Bean
		WebFilter logIn() {
			return (ServerWebExchange exchange, WebFilterChain chain) -> {
				String header = exchange.getRequest().getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
				if ("Bearer expired".equals(header)) {
					exchange.getResponse().setStatusCode(HttpStatus.UNAUTHORIZED);
					return exchange.getResponse().setComplete();
				}
				Principal user = () -> header.replaceFirst("^Bearer ", "");
				return chain.filter((header != null) ? exchange.mutate().principal(Mono.just(user)).build() : exchange);
			};
		}

		@Bean
		ChannelAuthorizer onlyAda() {
			return (user, channel) -> Mono.just(user != null && user.getName().equals("ada"));
		}

	}

}
