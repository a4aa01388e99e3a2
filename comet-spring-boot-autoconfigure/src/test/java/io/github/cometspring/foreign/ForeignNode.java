package io.github.cometspring.foreign;

import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An application that replaces the broker.
 */
@Configuration(proxyBeanMethods = false)
class ForeignNode {

	@Bean(destroyMethod = "dispose")
	Scheduler foreignNetwork() {
		return Schedulers.newParallel("network", 2);
	}

	@Bean
	ForeignCluster foreignCluster(Scheduler foreignNetwork) {
		return new ForeignCluster(null, foreignNetwork);
	}

	@Bean(destroyMethod = "dispose")
	ForeignBroker foreignBroker(ForeignCluster cluster, Scheduler foreignNetwork) {
		return new ForeignBroker(cluster, foreignNetwork);
	}

}
