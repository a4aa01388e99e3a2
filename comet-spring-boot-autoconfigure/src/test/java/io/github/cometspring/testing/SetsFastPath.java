package io.github.cometspring.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Tag;

/**
 * The tests set the path themselves, or do not depend on it: they are not run again with
 * {@code comet.fast-path=false}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("sets-fast-path")
public @interface SetsFastPath {

}
