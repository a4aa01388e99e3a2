package io.github.cometspring.observation;

import io.github.cometspring.observation.CometObservationDocumentation.DeliverHighCardinalityKeyNames;
import io.github.cometspring.observation.CometObservationDocumentation.HighCardinalityKeyNames;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;

/**
 * The names of walks and their key values, unless the application has others. Extend it
 * to change single values.
 *
 * @since 0.1.0
 */
public class DefaultDeliverObservationConvention implements DeliverObservationConvention {

	/**
	 * Creates the convention.
	 */
	public DefaultDeliverObservationConvention() {
		// For Javadoc
	}

	@Override
	public String getName() {
		return "comet.deliver";
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(DeliverObservationContext context) {
		return KeyValues.of(KeyValue.of(HighCardinalityKeyNames.CHANNEL, context.getChannel()),
				KeyValue.of(DeliverHighCardinalityKeyNames.CLIENTS, String.valueOf(context.getClients())));
	}

}
