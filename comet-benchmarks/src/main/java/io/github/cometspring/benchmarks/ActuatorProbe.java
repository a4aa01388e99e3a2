package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests the state from the actuator ten times a second, and records how long the
 * answers take. Not thread-safe, except for the probing thread.
 */
final class ActuatorProbe implements AutoCloseable {

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final HttpRequest request;

	private final List<Double> micros = new ArrayList<>();

	private final Thread thread;

	ActuatorProbe(int port) {
		this.request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/comet"))
			.timeout(Duration.ofSeconds(10))
			.build();
		this.thread = new Thread(this::probe, "actuator-probe");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	private void probe() {
		try {
			while (!Thread.currentThread().isInterrupted()) {
				long start = System.nanoTime();
				int status = this.client.send(this.request, HttpResponse.BodyHandlers.discarding()).statusCode();
				note((status == 200) ? (System.nanoTime() - start) / 1000.0 : Double.POSITIVE_INFINITY);
				Thread.sleep(100);
			}
		}
		catch (IOException ex) {
			note(Double.POSITIVE_INFINITY);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private synchronized void note(double time) {
		this.micros.add(time);
	}

	/**
	 * How long the answers took so far, in microseconds; infinity for one that is
	 * missing.
	 */
	synchronized double percentile(double part) {
		double[] sorted = this.micros.stream().mapToDouble(Double::doubleValue).sorted().toArray();
		return (sorted.length == 0) ? Double.NaN : sorted[(int) Math.min(sorted.length - 1.0, part * sorted.length)];
	}

	@Override
	public void close() {
		this.thread.interrupt();
	}

}
