package io.github.cometspring.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of Comet.
 *
 * @since 0.1.0
 */
public enum CometObservationDocumentation implements ObservationDocumentation {

	/**
	 * A message is published: from the call of the application until the message is in
	 * the log of its channel, or until the receipts of the clients are there.
	 */
	PUBLISH {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultPublishObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return PublishLowCardinalityKeyNames.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return HighCardinalityKeyNames.values();
		}

	},

	/**
	 * A publication is passed on to the clients of its channel on one event loop. It is a
	 * child of the publication, or of the first of several that share the walk.
	 */
	DELIVER {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultDeliverObservationConvention.class;
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return KeyName.merge(HighCardinalityKeyNames.values(), DeliverHighCardinalityKeyNames.values());
		}

	};

	/**
	 * Keys of publications with few values.
	 */
	public enum PublishLowCardinalityKeyNames implements KeyName {

		/**
		 * How the message is published: {@code publish} or {@code deliver}.
		 */
		OPERATION {

			@Override
			public String asString() {
				return "comet.operation";
			}

		},

		/**
		 * The class of the error, or {@code none}.
		 */
		EXCEPTION {

			@Override
			public String asString() {
				return "exception";
			}

		}

	}

	/**
	 * Keys of all observations with many values.
	 */
	public enum HighCardinalityKeyNames implements KeyName {

		/**
		 * The id of the channel. Those who know it may read the channel, unless the
		 * application has an authorizer.
		 */
		CHANNEL {

			@Override
			public String asString() {
				return "comet.channel";
			}

		}

	}

	/**
	 * Keys of walks with many values.
	 */
	public enum DeliverHighCardinalityKeyNames implements KeyName {

		/**
		 * The number of clients that are visited.
		 */
		CLIENTS {

			@Override
			public String asString() {
				return "comet.clients";
			}

		}

	}

}
