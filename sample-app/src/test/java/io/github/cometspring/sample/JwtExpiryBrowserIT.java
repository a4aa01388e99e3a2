package io.github.cometspring.sample;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import io.github.cometspring.channel.ChannelHandle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.chrome.ChromeDriver;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A page at a resource server: the server itself finds that the token has expired by its
 * {@code exp}, the page gets another one, and no bid is missing.
 */
@ExtendWith(SaleroomExtension.class)
class JwtExpiryBrowserIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/** Many more than the page can get while a token lasts. */
	private static final int MOST_BIDS = 1000;

	private static ConfigurableApplicationContext server;

	@BeforeAll
	static void start() {
		server = new SpringApplicationBuilder(SampleApplication.class).sources(ResourceServer.class)
			.run("--server.port=0", "--auction.simulate=false", "--auction.new-item-every=30d",
					"--auction.item-duration=1h");
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse", "json" })
	void pageWhenTokenExpiresShouldGetAnotherAndMissNoBid(String transport, Browsers browsers) {
		AuctionHouse house = server.getBean(AuctionHouse.class);
		Tokens tokens = server.getBean(Tokens.class);
		tokens.reset();
		Listing listing = house.sale().blockOptional(PATIENCE).orElseThrow().items().get(0);
		Item item = listing.item();
		long before = item.bidCount();
		PageListener page = listen(browsers, transport, listing.handle());
		page.until(() -> page.transport().equals(transport));
		int bids = 0;
		// Each bid waits for the one before. One that is made between two connections
		// comes by the cursor.
		while (bids < 3 || (tokens.issued() < 2 && bids < MOST_BIDS)) {
			bids++;
			long number = before + bids;
			Item open = house.open().stream().filter((each) -> each.id().equals(item.id())).findFirst().orElseThrow();
			house.bid(item.id(), new Bid("Old Tobias", open.minimum())).block(PATIENCE);
			page.until(() -> page.bids().contains(number));
		}
		assertThat(page.bids()).isEqualTo(LongStream.rangeClosed(before + 1, before + bids).boxed().toList());
		assertThat(tokens.issued()).isGreaterThan(1);
		assertThat(page.gaps()).isZero();
		assertThat(page.refusals()).isEmpty();
		// It may be between two connections, as the token has just expired.
		page.until(() -> transport.equals(page.transport()));
		page.close();
	}

	private static PageListener listen(Browsers browsers, String transport, ChannelHandle handle) {
		ChromeDriver driver = browsers.desk().driver;
		String url = "http://localhost:" + server.getEnvironment().getRequiredProperty("local.server.port");
		driver.get(url + "/favicon.svg");
		return PageListener.listen(driver, url + "/comet",
				Map.of("transports", List.of(transport), "tokenPath", "/token"),
				Map.of("channel", handle.channel(), "cursor", handle.cursor()));
	}

	/**
	 * Issues tokens of two seconds. Until one has expired it returns the same, as a page
	 * keeps it.
	 */
	static final class Tokens {

		private static final Duration LIFETIME = Duration.ofSeconds(2);

		private final JwtEncoder encoder;

		private String token = "";

		private Instant expiry = Instant.MIN;

		private int issued;

		Tokens(JwtEncoder encoder) {
			this.encoder = encoder;
		}

		synchronized String token() {
			Instant now = Instant.now();
			if (!now.isBefore(this.expiry)) {
				this.issued++;
				this.expiry = now.plus(LIFETIME).truncatedTo(ChronoUnit.SECONDS);
				JwtClaimsSet claims = JwtClaimsSet.builder().subject("ada").expiresAt(this.expiry).build();
				JwsHeader header = JwsHeader.with(MacAlgorithm.HS256).build();
				this.token = this.encoder.encode(JwtEncoderParameters.from(header, claims)).getTokenValue();
			}
			return this.token;
		}

		synchronized void reset() {
			this.expiry = Instant.MIN;
			this.issued = 0;
		}

		synchronized int issued() {
			return this.issued;
		}

	}

	/**
	 * A resource server, without an annotation by which other applications of these tests
	 * would find it.
	 */
	@EnableWebFluxSecurity
	static class ResourceServer {

		private static final SecretKey KEY = new SecretKeySpec(new byte[32], "HmacSHA256");

		@Bean
		ReactiveJwtDecoder jwtDecoder() {
			return NimbusReactiveJwtDecoder.withSecretKey(KEY).build();
		}

		@Bean
		JwtEncoder jwtEncoder() {
			return NimbusJwtEncoder.withSecretKey(KEY).build();
		}

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http
				.authorizeExchange(
						(exchanges) -> exchanges.pathMatchers("/comet").authenticated().anyExchange().permitAll())
				.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
				.build();
		}

		@Bean
		Tokens tokens(JwtEncoder encoder) {
			return new Tokens(encoder);
		}

		@Bean
		RouterFunction<ServerResponse> tokenEndpoint(Tokens tokens) {
			return RouterFunctions.route()
				.GET("/token", (request) -> ServerResponse.ok().bodyValue(tokens.token()))
				.build();
		}

	}

}
