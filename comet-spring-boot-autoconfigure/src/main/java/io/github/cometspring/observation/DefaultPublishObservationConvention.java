package io.github.cometspring.observation;

import java.util.Locale;

import io.github.cometspring.observation.CometObservationDocumentation.HighCardinalityKeyNames;
import io.github.cometspring.observation.CometObservationDocumentation.PublishLowCardinalityKeyNames;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

/**
 * The names of publications and their key values, unless the application has others.
 * Extend it to change single values.
 *
 * @since 0.1.0
 */
public class DefaultPublishObservationConvention implements PublishObservationConvention {

	/**
	 * Creates the convention.
	 */
	public DefaultPublishObservationConvention() {
		// For Javadoc
	}

	@Override
	public String getName() {
		return "comet.publish";
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(PublishObservationContext context) {
		return KeyValues.of(operation(context), exception(context));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(PublishObservationContext context) {
		return KeyValues.of(KeyValue.of(HighCardinalityKeyNames.CHANNEL, context.getChannel()));
	}

	private static KeyValue operation(PublishObservationContext context) {
		return KeyValue.of(PublishLowCardinalityKeyNames.OPERATION,
				context.getOperation().name().toLowerCase(Locale.ROOT));
	}

	private static KeyValue exception(PublishObservationContext context) {
		@Nullable Throwable error = context.getError();
		return KeyValue.of(PublishLowCardinalityKeyNames.EXCEPTION,
				(error != null) ? error.getClass().getSimpleName() : KeyValue.NONE_VALUE);
	}

}
