package io.github.cometspring.sample;

import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * Lets time in the house pass when a test says so.
 */
@TestConfiguration(proxyBeanMethods = false)
class HouseTime {

	@Bean(destroyMethod = "dispose")
	@Primary
	VirtualTimeScheduler houseTime() {
		return VirtualTimeScheduler.create();
	}

}
