package io.github.cometspring.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;

/**
 * A sale without simulated bidders, and two people with a browser each: a test method may
 * have a {@link Saleroom} as its parameter. All classes share the server and the
 * browsers.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "auction.simulate=false", "auction.new-item-every=30d", "comet.history.size=" + Saleroom.HISTORY,
				// All classes bring in lots, and visitors with new names.
				"comet.max-virtual-channels=10000" })
@Import(HouseTime.class)
@ExtendWith(SaleroomExtension.class)
@interface SaleroomTest {

}
