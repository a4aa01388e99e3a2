package io.github.cometspring.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A certificate for {@code localhost} that nobody has signed, with its key.
 */
public final class Certificate {

	/** The password of the key store. */
	public static final String PASSWORD = "changeit";

	private static final String ALIAS = "server";

	private final Path keyStore;

	private Certificate(Path keyStore) {
		this.keyStore = keyStore;
	}

	/**
	 * Makes a certificate, unless the folder has one.
	 * @param folder where it is kept
	 * @return the certificate
	 */
	public static Certificate in(Path folder) {
		Path file = folder.resolve("keys.p12");
		if (!Files.exists(file)) {
			try {
				Process keytool = new ProcessBuilder(
						Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias",
						ALIAS, "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=dns:localhost", "-storetype",
						"PKCS12", "-keystore", file.toString(), "-storepass", PASSWORD)
					.redirectErrorStream(true)
					.start();
				keytool.getInputStream().transferTo(System.out);
				assertThat(keytool.waitFor()).isZero();
			}
			catch (IOException | InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
		return new Certificate(file);
	}

	public Path keyStore() {
		return this.keyStore;
	}

	/**
	 * A context for clients that trust this certificate and no other.
	 * @return the context
	 */
	public SSLContext trusting() {
		try {
			TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			trust.init(load());
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, trust.getTrustManagers(), null);
			return context;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Writes certificate and key as proxies want them.
	 * @param file the file
	 */
	public void writePem(Path file) {
		try {
			KeyStore keys = load();
			Files.writeString(file,
					pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded())
							+ pem("PRIVATE KEY", keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()),
					StandardCharsets.US_ASCII);
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private KeyStore load() throws GeneralSecurityException, IOException {
		KeyStore keys = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(this.keyStore)) {
			keys.load(in, PASSWORD.toCharArray());
		}
		return keys;
	}

	private static String pem(String kind, byte[] bytes) {
		byte[] lineEnd = "\n".getBytes(StandardCharsets.US_ASCII);
		return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(kind,
				Base64.getMimeEncoder(64, lineEnd).encodeToString(bytes));
	}

}
