package io.github.cometspring.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests are about what one node does by itself: they are not run again on two nodes,
 * and the report gives the reason.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OneNodeCondition.class)
public @interface OneNodeOnly {

	/**
	 * The reason.
	 * @return a sentence
	 */
	String value();

}
