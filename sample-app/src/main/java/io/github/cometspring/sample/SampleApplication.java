package io.github.cometspring.sample;

import java.util.Random;
import java.util.random.RandomGenerator;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/**
 * Starts the auction house on port 8080.
 */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
public class SampleApplication {

	public static void main(String[] args) {
		SpringApplication.run(SampleApplication.class, args);
	}

	/**
	 * The clock of the house and the one thread of its timers.
	 * @return the scheduler
	 */
	@Bean(destroyMethod = "dispose")
	Scheduler auctionScheduler() {
		return Schedulers.newSingle("auction", true);
	}

	/**
	 * A sale of one node, which is kept in its memory alone.
	 * @return the book
	 */
	@Bean
	@ConditionalOnBooleanProperty(name = "auction.shared", havingValue = false, matchIfMissing = true)
	SaleBook saleBook() {
		return (state) -> Mono.empty();
	}

	@Bean
	RandomGenerator auctionDice() {
		// Unlike the newer generators this one is thread-safe.
		return new Random();
	}

}
