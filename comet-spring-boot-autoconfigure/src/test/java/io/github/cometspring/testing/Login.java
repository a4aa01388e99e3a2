package io.github.cometspring.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * The ways in which {@link Users} log in on a server with {@link LoginOfAnyKind}.
 */
public enum Login {

	/** A session, which begins at the page for it. */
	FORM {

		@Override
		public String header(String user, int port) {
			HttpRequest login = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/login"))
				.header("Content-Type", "application/x-www-form-urlencoded")
				.POST(BodyPublishers.ofString("username=" + user + "&password=password"))
				.build();
			String cookie = CLIENT.sendAsync(login, BodyHandlers.discarding())
				.join()
				.headers()
				.firstValue("Set-Cookie")
				.orElseThrow();
			return "Cookie: " + cookie.split(";")[0];
		}

	},

	/** HTTP's Basic authentication. */
	BASIC {

		@Override
		public String header(String user, int port) {
			return Users.login(user);
		}

	},

	/** A bearer token. */
	JWT {

		@Override
		public String header(String user, int port) {
			return "Authorization: Bearer " + user;
		}

	};

	private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	/**
	 * The header by which a user is known.
	 * @param user the name of the user
	 * @param port the port of the server
	 * @return the line of HTTP
	 */
	public abstract String header(String user, int port);

}
