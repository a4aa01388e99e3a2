package io.github.cometspring.publish;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;

/**
 * Publishes what a method returns on a channel, which is created if there is none:
 *
 * <pre>{@code @CometPublish("orders/{#order.customer}")
 * Mono<Receipt> place(Order order) { … }}</pre>
 * <p>
 * <b>The result.</b> A {@link String} is published as it is, on a channel of text. Any
 * other value is published as JSON, on a channel of JSON, as the method declares it. Of a
 * {@code Mono}, a {@code CompletableFuture} or any other asynchronous type, it is the
 * value; of a {@code Flux}, each value. {@code null}, an empty result and an error
 * publish nothing.
 * <p>
 * <b>When.</b> An asynchronous result comes when its message has its number, or cannot be
 * published. Any other result is returned at once, and published meanwhile: those on one
 * channel in the order in which they are returned, while at most 10,000 wait. Do not
 * change such a result afterwards. This advice goes around all others, so that a
 * transaction of the method has been committed before. The values of a {@code Flux} are
 * published before the commit, as they come.
 * <p>
 * <b>Errors.</b> A publication that fails never fails the method: the caller gets the
 * result, and the error is logged, at most once a minute. Code that must know publishes
 * by {@code Channels} itself.
 * <p>
 * As with all advice by proxies, calls from within the same bean publish nothing, and the
 * class and the method must not be final.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Reflective
public @interface CometPublish {

	/**
	 * The names of the channels. Text in braces, <code>{…}</code>, is an expression of
	 * the Spring Expression Language, all else is the name itself. An expression has the
	 * parameters by their names (<code>{#order.customer}</code>) or numbers
	 * (<code>{#p0}</code>), the value that is published (<code>{#result.id}</code>) and
	 * beans (<code>{&#64;tenants.current()}</code>); <code>#{…}</code> is the same as
	 * <code>{…}</code>, and <code>${…}</code> a property. A part that is {@code null} is
	 * an error of the publication.
	 * @return the names
	 */
	String[] value();

}
