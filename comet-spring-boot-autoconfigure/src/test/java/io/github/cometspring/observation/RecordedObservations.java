package io.github.cometspring.observation;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;

/**
 * The observations of a registry that have stopped, in this order.
 */
final class RecordedObservations implements ObservationHandler<Observation.Context> {

	private final List<Observation.Context> stopped = new CopyOnWriteArrayList<>();

	@Override
	public boolean supportsContext(Observation.Context context) {
		return true;
	}

	@Override
	public void onStop(Observation.Context context) {
		this.stopped.add(context);
	}

	/** Each as {@code name < name of its parent}. */
	List<String> names() {
		return this.stopped.stream().map(RecordedObservations::describe).toList();
	}

	private static String describe(Observation.Context context) {
		return context.getName() + ((context.getParentObservation() != null)
				? " < " + context.getParentObservation().getContextView().getName() : "");
	}

	List<Observation.Context> named(String name) {
		return this.stopped.stream().filter((context) -> name.equals(context.getName())).toList();
	}

}
