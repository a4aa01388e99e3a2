package io.github.cometspring.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import org.springframework.test.context.junit.jupiter.SpringExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Passes a test the {@link Browsers}, or a {@link Saleroom} with both of them, and fails
 * the test if they logged an error of the page.
 */
class SaleroomExtension implements BeforeAllCallback, AfterEachCallback, ParameterResolver {

	private static final Namespace NAMESPACE = Namespace.create(SaleroomExtension.class);

	@Override
	public void beforeAll(ExtensionContext context) {
		Chromium.requireInstalled();
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		Class<?> type = parameter.getParameter().getType();
		return type == Saleroom.class || type == Browsers.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		if (parameter.getParameter().getType() == Browsers.class) {
			return browsers(context);
		}
		// Closed by JUnit after the test
		return context.getStore(NAMESPACE)
			.computeIfAbsent(Saleroom.class, (key) -> enter(context, !parameter.isAnnotated(NotOpened.class)));
	}

	private static Saleroom enter(ExtensionContext context, boolean open) {
		Saleroom room = new Saleroom(SpringExtension.getApplicationContext(context), browsers(context));
		if (open) {
			room.open("");
		}
		return room;
	}

	@Override
	public void afterEach(ExtensionContext context) {
		assertThat(browsers(context).complaints()).isEmpty();
	}

	private static Browsers browsers(ExtensionContext context) {
		// Closed by JUnit after all tests
		return context.getRoot()
			.getStore(NAMESPACE)
			.computeIfAbsent(Browsers.class, (key) -> Browsers.start(), Browsers.class);
	}

	/**
	 * A room whose page the test opens itself, in its own way.
	 */
	@Target(ElementType.PARAMETER)
	@Retention(RetentionPolicy.RUNTIME)
	@interface NotOpened {

	}

}
