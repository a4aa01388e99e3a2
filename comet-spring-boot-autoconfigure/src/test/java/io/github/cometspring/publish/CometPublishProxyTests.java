package io.github.cometspring.publish;

import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static io.github.cometspring.publish.PublishingApplication.published;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests which beans get a proxy for {@link CometPublish}, and where it stands among other
 * advice.
 */
class CometPublishProxyTests {

	private final ApplicationContextRunner runner = PublishingApplication.runner();

	@Test
	void beanWithoutAnnotationShouldHaveNoProxy() {
		this.runner.withBean(Plain.class).withBean(Advised.class).run((context) -> {
			assertThat(AopUtils.isAopProxy(context.getBean(Plain.class))).isFalse();
			assertThat(AopUtils.isCglibProxy(context.getBean(Advised.class))).isTrue();
		});
	}

	@Test
	void annotationOfInterfaceShouldCount() {
		this.runner.withBean(Desk.class, DeskOfCode::new).run((context) -> {
			context.getBean(Desk.class).ring();
			assertThat(published(context, "desk")).containsExactly("ring");
		});
	}

	@Test
	void adviceShouldGoAroundOthers() {
		this.runner.withBean("advised", Advised.class, () -> {
			ProxyFactory factory = new ProxyFactory(new Advised());
			factory.setProxyTargetClass(true);
			factory.addAdvice((MethodInterceptor) (invocation) -> invocation.proceed() + " committed");
			return (Advised) factory.getProxy();
		}).run((context) -> {
			assertThat(context.getBean(Advised.class).name()).isEqualTo("advised committed");
			assertThat(published(context, "advised")).containsExactly("advised committed");
		});
	}

	@Test
	void postProcessorWhenCometIsOffShouldNotBeThere() {
		this.runner.withPropertyValues("comet.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CometPublishPostProcessor.class));
	}

	static class Plain {

		String name() {
			return "plain";
		}

	}

	static class Advised {

		@CometPublish("advised")
		String name() {
			return "advised";
		}

	}

	interface Desk {

		@CometPublish("desk")
		String ring();

	}

	static class DeskOfCode implements Desk {

		@Override
		public String ring() {
			return "ring";
		}

	}

}
