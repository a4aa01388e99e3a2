package io.github.cometspring.test;

import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.cometspring.subscription.Transport;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.context.ApplicationContext;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

/**
 * What lies between one subscription and the server: real connections, or the calls of
 * handlers.
 */
final class Network {

	private static final int UNLIMITED = -1;

	private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

	private final Wire wire;

	private Network(Wire wire) {
		this.wire = wire;
	}

	private Network(String baseUrl, String path, TesterSettings settings) {
		// Each request has a connection of its own, so that none outlives a cut.
		HttpClient client = HttpClient.create(ConnectionProvider.newConnection()).doOnConnected(this.connections::add);
		this.wire = (settings.transport() != Transport.WEBSOCKET)
				? wire(new ReactorClientHttpConnector(client), baseUrl, path, settings) : new WebSocketWire(client,
						URI.create(baseUrl.replaceFirst("^http", "ws") + path), settings.headers(), settings.grants());
	}

	/**
	 * The network to a server.
	 * @param baseUrl its URL, with or without a slash at its end
	 * @param path the path of the endpoint
	 * @param settings how the client connects
	 */
	static Network toServer(String baseUrl, String path, TesterSettings settings) {
		if (settings.user() != null || !settings.configurers().isEmpty()) {
			throw new IllegalStateException("A server on a port knows its users by what they send: "
					+ "use withBasicAuth, withToken or withHeaders instead of asUser and mutateWith");
		}
		return new Network(baseUrl.replaceFirst("/+$", ""), path, settings);
	}

	/**
	 * The way to the handlers in this process.
	 * @param context the application
	 * @param handlers the builder of its handlers
	 * @param path the path of the endpoint
	 * @param settings how the client connects
	 */
	static Network inProcess(ApplicationContext context, WebHttpHandlerBuilder handlers, String path,
			TesterSettings settings) {
		return new Network((settings.transport() != Transport.WEBSOCKET)
				? wire(new InProcessConnector(handlers.build()), "http://localhost", path, settings)
				: new InProcessSocketWire(context, handlers, path, settings));
	}

	private static Wire wire(ClientHttpConnector connector, String baseUrl, String path, TesterSettings settings) {
		WebClient webClient = WebClient.builder()
			.clientConnector(connector)
			.baseUrl(baseUrl)
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(UNLIMITED))
			.defaultRequest((request) -> request.headers(settings::addTo))
			.build();
		return switch (settings.transport()) {
			case JSON -> new JsonPollWire(webClient, path);
			case LEGACY -> new LegacyPollWire(webClient, path);
			case SSE, WEBSOCKET -> new EventStreamWire(webClient, path);
		};
	}

	/**
	 * Speaks the dialect of the settings.
	 */
	Wire wire() {
		return this.wire;
	}

	/**
	 * Closes the connections at once, without a close frame.
	 */
	void cut() {
		this.connections.forEach((connection) -> connection.channel().close());
		this.connections.clear();
	}

}
