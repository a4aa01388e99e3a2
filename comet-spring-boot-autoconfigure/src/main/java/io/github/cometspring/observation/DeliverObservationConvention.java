package io.github.cometspring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names a walk and its key values. A bean of this type replaces the
 * {@linkplain DefaultDeliverObservationConvention default}.
 *
 * @since 0.1.0
 */
public interface DeliverObservationConvention extends ObservationConvention<DeliverObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof DeliverObservationContext;
	}

}
