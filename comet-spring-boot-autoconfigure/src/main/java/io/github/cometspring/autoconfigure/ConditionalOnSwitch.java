package io.github.cometspring.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Matches if a property of {@link CometProperties} is true. Spring Boot's condition
 * compares the text with {@code true}, while the properties are also true with
 * {@code on}, {@code yes} or {@code 1}: half of Comet would be there.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnSwitchCondition.class)
@interface ConditionalOnSwitch {

	/**
	 * The name of the property.
	 */
	String name();

	/**
	 * Whether it matches if the property is unset.
	 */
	boolean matchIfMissing() default false;

}
