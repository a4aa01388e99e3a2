package io.github.cometspring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names a publication and its key values. A bean of this type replaces the
 * {@linkplain DefaultPublishObservationConvention default}.
 *
 * @since 0.1.0
 */
public interface PublishObservationConvention extends ObservationConvention<PublishObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof PublishObservationContext;
	}

}
