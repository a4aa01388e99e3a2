package io.github.cometspring.documentation;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.Requirement;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Types the commands of {@code docs/security.md} as printed, at servers that are
 * configured as that page says. Needs bash and curl; where one is missing the tests are
 * skipped, or fail if the environment has {@code CI}.
 */
class SecurityCommandsIT {

	@TempDir
	private Path folder;

	@BeforeAll
	static void require() {
		Requirement.requireProgram("bash");
		Requirement.requireProgram("curl");
	}

	private static CodeBlock block(String language, String word) throws IOException {
		List<CodeBlock> blocks = Document.of("security.md")
			.blocks()
			.stream()
			.filter((block) -> block.language().equals(language) && block.text().contains(word))
			.toList();
		assertThat(blocks).hasSize(1);
		return blocks.get(0);
	}

	@Test
	void commandWhenItHasItsOwnChainShouldPassAsPrinted()
			throws IOException, InterruptedException, ClassNotFoundException {
		try (URLClassLoader classes = compile("PrintedOperators", block("java", "EndpointRequest.to").text());
				CometServer server = CometServer
					.start(new Class<?>[] { OneOperator.class, classes.loadClass("PrintedOperators") })) {
			String printed = block("", "operator:PASSWORD").text();
			assertThat(type(server, printed.replace(":PASSWORD", ":WRONG"))).doesNotContain("active");
			assertThat(server.control().isActive()).isTrue();
			assertThat(type(server, printed)).contains("\"active\":false");
			assertThat(server.control().isActive()).isFalse();
		}
	}

	@Test
	void commandWhenChainIsDefaultShouldPassWithTheTokenAsPrinted() throws IOException, InterruptedException {
		try (CometServer server = CometServer.startSecured("spring.security.user.password=PASSWORD")) {
			String printed = block("", "X-CSRF-TOKEN").text();
			assertThat(type(server, printed.replaceAll("-H \"X-CSRF-TOKEN[^\"]*\"", ""))).doesNotContain("active");
			assertThat(server.control().isActive()).isTrue();
			assertThat(type(server, printed)).contains("\"active\":false");
			assertThat(server.control().isActive()).isFalse();
		}
	}

	/** With the filter chain for form login as printed. */
	@Test
	void streamWhenUserLogsOutShouldEnd() throws IOException, ClassNotFoundException {
		try (URLClassLoader classes = compile("PrintedPages", block("java", "formLogin").text());
				CometServer server = CometServer
					.start(new Class<?>[] { Users.class, classes.loadClass("PrintedPages") })) {
			server.create("a");
			Login anonymous = Login.at(server, "/login", "X: y");
			Answer in = anonymous.post(server, "/login", "&username=ada&password=password");
			assertThat(in.status()).isEqualTo(302);
			String cookie = "Cookie: " + String.valueOf(in.header("Set-Cookie")).replaceFirst(";.*", "");
			try (RawEventStream stream = RawEventStream.open(server.port(), "channel=a", cookie)) {
				assertThat(stream.head().status()).isEqualTo(200);
				Await.until(() -> server.connections(Transport.SSE) == 1);
				assertThat(Login.at(server, "/logout", cookie).post(server, "/logout", "").status()).isEqualTo(302);
				Await.until(() -> server.connections(Transport.SSE) == 0);
			}
			assertThat(RawEventStream.ask(server.port(), "channel=a", cookie).status()).isNotEqualTo(200);
		}
	}

	private URLClassLoader compile(String name, String beans) throws IOException {
		Path file = Files.writeString(this.folder.resolve(name + ".java"), JavaBlocksTests.configuration(name, beans));
		assertThat(JavaCompilation.compile(List.of(file), this.folder)).isEmpty();
		return new URLClassLoader(new URL[] { this.folder.toUri().toURL() }, getClass().getClassLoader());
	}

	private String type(CometServer server, String commands) throws IOException, InterruptedException {
		assertThat(commands).contains("localhost:8080/");
		return Shell.run(this.folder, commands.replace("localhost:8080", "localhost:" + server.port()));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebFluxSecurity
	static class OneOperator {

		@Bean
		MapReactiveUserDetailsService operator() {
			return new MapReactiveUserDetailsService(
					User.withUsername("operator").password("{noop}PASSWORD").roles("OPERATOR").build());
		}

	}

	/**
	 * A form of Spring Security.
	 *
	 * @param cookie the line with the session
	 * @param token the token against forgery
	 */
	private record Login(String cookie, String token) {

		private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]*)\"");

		static Login at(CometServer server, String path, String header) {
			try (RawConnection client = RawConnection.open(server.port())) {
				Answer page = client.request("GET", path, null, "", header).read();
				Matcher token = TOKEN.matcher(page.body());
				assertThat(token.find()).as(page.body()).isTrue();
				String session = page.header("Set-Cookie");
				return new Login((session != null) ? "Cookie: " + session.replaceFirst(";.*", "") : header,
						token.group(1));
			}
		}

		Answer post(CometServer server, String path, String fields) {
			try (RawConnection client = RawConnection.open(server.port())) {
				return client
					.request("POST", path, "application/x-www-form-urlencoded", "_csrf=" + this.token + fields,
							this.cookie)
					.read();
			}
		}

	}

}
