package io.github.cometspring.sample;

import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * Virtual time of the auction house, advanced by tests.
 */
@TestConfiguration(proxyBeanMethods = false)
class HouseTime {

	@Bean(destroyMethod = "dispose")
	@Primary
	VirtualTimeScheduler houseTime() {
		return VirtualTimeScheduler.create();
	}

}
