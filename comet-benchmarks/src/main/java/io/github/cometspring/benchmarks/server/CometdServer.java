package io.github.cometspring.benchmarks.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.BayeuxServer;
import org.cometd.bayeux.server.ServerChannel;
import org.cometd.server.http.jakarta.CometDServlet;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * CometD with Jetty, as its documentation sets it up, with long polling only.
 */
final class CometdServer {

	private static final int TIMEOUT = 120_000;

	private CometdServer() {
	}

	public static void main(String[] args) throws Exception {
		ParentWatch.start();
		Server server = new Server();
		ServerConnector connector = new ServerConnector(server);
		connector.setHost("127.0.0.1");
		connector.setPort(Integer.parseInt(args[0]));
		connector.setIdleTimeout(2L * TIMEOUT);
		connector.setAcceptQueueSize(4096);
		server.addConnector(connector);
		ServletContextHandler context = new ServletContextHandler("/");
		ServletHolder cometd = new ServletHolder(CometDServlet.class);
		cometd.setAsyncSupported(true);
		cometd.setInitOrder(1);
		cometd.setInitParameter("timeout", String.valueOf(TIMEOUT));
		context.addServlet(cometd, "/cometd/*");
		context.addServlet(new ServletHolder(new Publisher()), "/pub/*");
		context.addServlet(new ServletHolder(new Bench()), "/bench/*");
		server.setHandler(context);
		server.start();
		server.join();
	}

	/**
	 * Publishes the bodies of requests.
	 */
	private static final class Publisher extends HttpServlet {

		private static final long serialVersionUID = 1;

		@Override
		protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
			BayeuxServer bayeux = (BayeuxServer) getServletContext().getAttribute(BayeuxServer.ATTRIBUTE);
			String data = new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			ServerChannel channel = bayeux.createChannelIfAbsent(request.getPathInfo()).getReference();
			channel.publish(null, data, Promise.noop());
			response.setStatus(HttpServletResponse.SC_NO_CONTENT);
		}

	}

	/**
	 * Reports the memory, if requested.
	 */
	private static final class Bench extends HttpServlet {

		private static final long serialVersionUID = 1;

		@Override
		protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
			if (request.getPathInfo().equals("/memory")) {
				response.getWriter().write(MemoryReport.take());
			}
		}

	}

}
