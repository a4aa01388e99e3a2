package io.github.cometspring.benchmarks.server;

import java.util.HashMap;
import java.util.Map;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;

/**
 * A server as users of Vert.x write it: handlers on one event loop, and sets of the
 * responses and WebSockets that wait.
 */
final class VertxServer {

	private final Vertx vertx;

	private final Map<String, VertxTopic> topics = new HashMap<>();

	private VertxServer(Vertx vertx) {
		this.vertx = vertx;
	}

	public static void main(String[] args) {
		ParentWatch.start();
		// As all servers here, one event loop, and epoll where there is one
		Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
		VertxServer server = new VertxServer(vertx);
		vertx.createHttpServer(new HttpServerOptions().setAcceptBacklog(4096))
			.requestHandler(server::answer)
			.webSocketHandler(server::open)
			.listen(Integer.parseInt(args[0]), "127.0.0.1")
			.toCompletionStage()
			.toCompletableFuture()
			.join();
	}

	private void answer(HttpServerRequest request) {
		HttpServerResponse response = request.response();
		String[] path = request.path().split("/");
		switch (path[1]) {
			case "lp" -> topic(path[2]).poll(response, (path.length > 3) ? Long.parseLong(path[3]) : 0);
			case "sse" -> topic(path[2]).stream(response);
			case "pub" -> request.body().onSuccess((data) -> {
				topic(path[2]).publish(data);
				response.setStatusCode(204).end();
			});
			case "bench" -> {
				if (path[2].equals("memory")) {
					this.vertx.executeBlocking(MemoryReport::take).onSuccess(response::end);
				}
				else {
					response.end();
				}
			}
			default -> response.setStatusCode(404).end();
		}
	}

	private void open(ServerWebSocket socket) {
		topic(socket.path().split("/")[2]).socket(socket);
	}

	private VertxTopic topic(String name) {
		return this.topics.computeIfAbsent(name, (key) -> new VertxTopic());
	}

}
