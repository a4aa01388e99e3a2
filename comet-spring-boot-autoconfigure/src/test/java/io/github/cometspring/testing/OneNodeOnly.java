package io.github.cometspring.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests are about what one node does by itself: the build leaves them out of the run
 * on two nodes by their tag, and a run of a single class skips them with the reason.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Tag("one-node-only")
@ExtendWith(OneNodeCondition.class)
public @interface OneNodeOnly {

	/**
	 * The reason.
	 * @return a sentence
	 */
	String value();

}
