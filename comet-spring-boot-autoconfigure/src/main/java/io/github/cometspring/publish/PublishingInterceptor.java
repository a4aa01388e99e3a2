package io.github.cometspring.publish;

import java.lang.reflect.Type;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.RateLimitedLog;
import io.github.cometspring.typed.TypedChannels;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.Loggers;
import reactor.util.concurrent.Queues;
import tools.jackson.core.type.TypeReference;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/**
 * Publishes the results of methods with {@link CometPublish}. Thread-safe.
 */
final class PublishingInterceptor implements MethodInterceptor {

	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(CometPublish.class), System::nanoTime);

	private final ParameterNameDiscoverer parameterNames = new DefaultParameterNameDiscoverer();

	private final PublicationQueues queues = new PublicationQueues();

	private final PublishingMethods methods;

	private final BeanFactory beans;

	/**
	 * Creates an interceptor.
	 * @param methods the methods
	 * @param beans the beans; those of Comet are looked up when a result is published
	 */
	PublishingInterceptor(PublishingMethods methods, BeanFactory beans) {
		this.methods = methods;
		this.beans = beans;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object result = invocation.proceed();
		Object target = invocation.getThis();
		PublishingMethod method = this.methods.find(invocation.getMethod(),
				(target != null) ? target.getClass() : null);
		if (result == null || method == null) {
			return result;
		}
		// The invocation may be used again.
		Call call = new Call(method, (target != null) ? target : invocation, invocation.getArguments().clone());
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(null, result);
		if (adapter == null) {
			publishInTurn(call, result);
			return result;
		}
		return adapter.fromPublisher(publishing(call, adapter, adapter.toPublisher(result)));
	}

	/**
	 * The result, each value of which is published before it is passed on.
	 */
	private Publisher<Object> publishing(Call call, ReactiveAdapter adapter, Publisher<Object> result) {
		if (adapter.isMultiValue()) {
			// At most one value is published that the caller has not requested. Some are
			// prefetched, so that a source that cannot wait goes on while the broker is
			// slow. An error of the source waits for the values before it.
			return Flux.from(result)
				.concatMapDelayError((value) -> publish(call, value).thenReturn(value), true, Queues.XS_BUFFER_SIZE);
		}
		return Mono.from(result).flatMap((value) -> publish(call, value).thenReturn(value));
	}

	/**
	 * Publishes a value that is returned meanwhile, on each channel after the values that
	 * were returned before it, and logs errors.
	 */
	private void publishInTurn(Call call, Object value) {
		for (ChannelExpression channel : call.method().channels()) {
			try {
				String name = name(call, channel, value);
				if (!this.queues.publish(name, Mono.defer(() -> publish(call, name, value)), (ex) -> log(call, ex))) {
					this.log.warn("A result of %s is not published, because %d others wait for the broker"
						.formatted(call.method(), PublicationQueues.MOST_WAITING), null);
				}
			}
			// Also errors, such as that of a class that an expression does not find.
			catch (Throwable ex) {
				log(call, ex);
			}
		}
	}

	/**
	 * Publishes a value on all channels of a method, and logs errors.
	 */
	private Mono<Void> publish(Call call, Object value) {
		return Flux.fromIterable(call.method().channels())
			.concatMap((channel) -> Mono.defer(() -> begin(call, channel, value)).onErrorResume((ex) -> {
				log(call, ex);
				return Mono.empty();
			}))
			.then();
	}

	private Mono<Position> begin(Call call, ChannelExpression channel, Object value) {
		try {
			return publish(call, name(call, channel, value), value);
		}
		// Also errors, as for values that are returned.
		catch (Throwable ex) {
			// Hidden, as Reactor would throw an error that it knows beforehand.
			return Mono.<Position>error(ex).hide();
		}
	}

	private void log(Call call, Throwable error) {
		this.log.error("A result of %s could not be published".formatted(call.method()), error);
	}

	private String name(Call call, ChannelExpression channel, Object value) {
		MethodBasedEvaluationContext context = new MethodBasedEvaluationContext(call.target(), call.method().method(),
				call.arguments(), this.parameterNames);
		context.setBeanResolver(new BeanFactoryResolver(this.beans));
		context.setVariable("result", value);
		return channel.name(context);
	}

	private Mono<Position> publish(Call call, String name, Object value) {
		if (value instanceof String text) {
			return this.beans.getBean(Channels.class).obtain(name).flatMap((found) -> found.publish(text));
		}
		return this.beans.getBean(TypedChannels.class)
			.obtain(name, new DeclaredType(call.method().valueType()))
			.flatMap((found) -> found.publish(value));
	}

	/**
	 * A call of a method.
	 *
	 * @param method the method
	 * @param target the bean, or the invocation of a proxy without one
	 * @param arguments its arguments
	 */
	@SuppressWarnings("ArrayRecordComponent") // never compared
	private record Call(PublishingMethod method, Object target, @Nullable Object[] arguments) {
	}

	/**
	 * The declared type of a value, for Jackson.
	 */
	private static final class DeclaredType extends TypeReference<Object> {

		private final Type type;

		private DeclaredType(Type type) {
			this.type = type;
		}

		@Override
		public Type getType() {
			return this.type;
		}

	}

}
