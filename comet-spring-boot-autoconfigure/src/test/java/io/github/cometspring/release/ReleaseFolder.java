package io.github.cometspring.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;

import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Checks a folder to which the modules were deployed ({@code ./mvnw -Prelease deploy})
 * for all that Maven Central demands of a release, and for what this project promises
 * beyond: checksums of all four kinds, an SBOM, the name of the Java module, licence
 * files, and POMs that need no other POM. One class, as it is run from its one source
 * file.
 * <p>
 * Uses nothing but the JDK, and so needs no build:
 * {@code java ReleaseFolder.java [--signed] target/release}, from the root of the
 * project. With {@code --signed}, or if the folder has any signature, each file needs
 * one.
 */
final class ReleaseFolder {

	private static final Map<String, String> ALGORITHMS = new TreeMap<>(
			Map.of("md5", "MD5", "sha1", "SHA-1", "sha256", "SHA-256", "sha512", "SHA-512"));

	private static final List<String> DEMANDED = List.of("name", "description", "url", "licenses/license/name",
			"licenses/license/url", "developers/developer/name", "scm/connection", "scm/developerConnection",
			"scm/url");

	/** What is for the build, and would reach users. */
	private static final List<String> UNWANTED = List.of("parent", "modules", "build", "dependencyManagement",
			"repositories", "pluginRepositories", "distributionManagement");

	private final Path folder;

	private final boolean signed;

	private final List<String> complaints = new ArrayList<>();

	private ReleaseFolder(Path folder, boolean signed) {
		this.folder = folder;
		this.signed = signed;
	}

	public static void main(String[] arguments) throws IOException {
		List<String> words = List.of(arguments);
		Path folder = Path.of(words.get(words.size() - 1));
		List<String> complaints = check(folder, Path.of(""), words.contains("--signed"));
		complaints.forEach(System.err::println);
		System.out.printf("%s: %s%n", folder, complaints.isEmpty() ? "is complete" : "is NOT complete");
		System.exit(complaints.isEmpty() ? 0 : 1);
	}

	/**
	 * Checks a folder.
	 * @param folder to which the modules were deployed
	 * @param project the root of the project
	 * @param signed whether each file needs a signature even if none has one
	 * @return what is wrong
	 * @throws IOException if a file cannot be read
	 */
	static List<String> check(Path folder, Path project, boolean signed) throws IOException {
		List<Path> poms = files(folder, ".pom");
		boolean signatures = signed || !files(folder, ".asc").isEmpty();
		ReleaseFolder release = new ReleaseFolder(folder, signatures);
		release.checkModules(poms, project);
		for (Path pom : poms) {
			release.checkModule(pom);
		}
		return release.complaints;
	}

	private static List<Path> files(Path folder, String suffix) throws IOException {
		if (!Files.isDirectory(folder)) {
			return List.of();
		}
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter((file) -> Files.isRegularFile(file) && file.toString().endsWith(suffix))
				.sorted()
				.toList();
		}
	}

	/** Those of the project that are deployed, and no others. */
	private void checkModules(List<Path> poms, Path project) throws IOException {
		Set<String> deployed = new TreeSet<>();
		poms.forEach((pom) -> deployed.add(pom.getParent().getParent().getFileName().toString()));
		for (String module : texts(read(project.resolve("pom.xml")), "/project/modules/module")) {
			Path pom = project.resolve(module).resolve("pom.xml");
			Document model = read(pom);
			String name = text(model, "/project/artifactId");
			if (text(model, "/project/properties/maven.deploy.skip").equals("true")) {
				continue;
			}
			complainIf(!deployed.remove(name), this.folder, "has no module " + name);
			if (texts(model, "//goal").contains("test-jar")) {
				poms.stream()
					.filter((file) -> file.getParent().getParent().endsWith(name))
					.forEach((file) -> demand(sibling(file, "-tests.jar")));
			}
		}
		deployed.forEach((name) -> complainIf(true, this.folder, "has " + name + ", which is no module to release"));
	}

	private void checkModule(Path pom) throws IOException {
		Document model = read(pom);
		checkPom(pom, model);
		if (!text(model, "/project/packaging").equals("pom")) {
			checkJars(pom, model);
		}
		try (Stream<Path> files = Files.list(pom.getParent())) {
			for (Path file : files.filter((file) -> !isChecksum(file)).sorted().toList()) {
				checkFile(file);
			}
		}
	}

	private void checkPom(Path pom, Document model) throws IOException {
		for (String path : DEMANDED) {
			complainIf(text(model, "/project/" + path).isBlank(), pom, "has no " + path);
		}
		for (String name : UNWANTED) {
			complainIf(!texts(model, "/project/" + name).isEmpty(), pom,
					"has <%s>, which is for the build".formatted(name));
		}
		List<String> coordinates = Stream.of("groupId", "artifactId", "version")
			.map((name) -> text(model, "/project/" + name))
			.toList();
		Path place = this.folder.resolve(coordinates.get(0).replace('.', '/'))
			.resolve(coordinates.get(1))
			.resolve(coordinates.get(2))
			.resolve(coordinates.get(1) + "-" + coordinates.get(2) + ".pom");
		complainIf(!place.equals(pom), pom, "is not at the place of " + String.join(":", coordinates));
		String source = Files.readString(pom);
		complainIf(source.contains("${"), pom, "has a property that is not resolved");
		complainIf(source.contains("-SNAPSHOT"), pom, "has a snapshot");
		complainIf(!texts(model, "/project/dependencies/dependency[not(version)]").isEmpty(), pom,
				"has a dependency without a version");
		complainIf(!texts(model, "/project/dependencies/dependency[scope='test' or scope='system']").isEmpty(), pom,
				"has a dependency that no user can need");
	}

	private void checkJars(Path pom, Document model) throws IOException {
		Path main = sibling(pom, ".jar");
		Path sources = sibling(pom, "-sources.jar");
		Path documentation = sibling(pom, "-javadoc.jar");
		if (demand(main)) {
			checkMainJar(main, text(model, "/project/version"));
		}
		boolean classes = has(main, ".class");
		complainIf(demand(sources) && classes && !has(sources, ".java"), sources, "has no sources");
		complainIf(has(main, ".kotlin_module") && Files.exists(sources) && !has(sources, ".kt"), sources,
				"has no sources in Kotlin");
		complainIf(demand(documentation) && classes && !entries(documentation).contains("index.html"), documentation,
				"has no index.html");
		Path bom = sibling(pom, "-cyclonedx.json");
		if (demand(bom)) {
			String text = Files.readString(bom).replaceAll("\\s", "");
			String subject = "\"purl\":\"pkg:maven/%s/%s@%s".formatted(text(model, "/project/groupId"),
					text(model, "/project/artifactId"), text(model, "/project/version"));
			complainIf(!text.contains("\"bomFormat\":\"CycloneDX\"") || !text.contains(subject), bom,
					"is no CycloneDX SBOM of the module");
		}
	}

	private void checkMainJar(Path file, String version) throws IOException {
		Set<String> entries = entries(file);
		for (String name : List.of("META-INF/LICENSE", "META-INF/NOTICE")) {
			complainIf(!entries.contains(name), file, "has no " + name);
		}
		try (JarFile jar = new JarFile(file.toFile())) {
			Attributes manifest = jar.getManifest().getMainAttributes();
			String module = manifest.getValue("Automatic-Module-Name");
			complainIf(module == null || !module.matches("[a-z]\\w*(\\.[a-z]\\w*)+"), file,
					"has no valid Automatic-Module-Name");
			complainIf(!version.equals(manifest.getValue("Implementation-Version")), file,
					"has another Implementation-Version");
		}
	}

	private void checkFile(Path file) throws IOException {
		byte[] content = Files.readAllBytes(file);
		for (Map.Entry<String, String> algorithm : ALGORITHMS.entrySet()) {
			Path checksum = Path.of(file + "." + algorithm.getKey());
			complainIf(
					demand(checksum) && !Files.readString(checksum).strip().equals(hash(algorithm.getValue(), content)),
					checksum, "is not that of the file");
		}
		if (file.toString().endsWith(".asc")) {
			complainIf(!Files.readString(file).startsWith("-----BEGIN PGP SIGNATURE-----"), file, "is no signature");
		}
		else if (this.signed) {
			demand(Path.of(file + ".asc"));
		}
		if (file.toString().endsWith(".jar")) {
			checkTimes(file);
		}
	}

	/** An archive that can be built again has no time of its own. */
	private void checkTimes(Path file) throws IOException {
		try (JarFile jar = new JarFile(file.toFile())) {
			complainIf(jar.stream().map(ZipEntry::getTime).distinct().count() > 1, file,
					"has entries of different times: it cannot be built again");
		}
	}

	private boolean demand(Path file) {
		boolean present = Files.exists(file);
		complainIf(!present, file, "is missing");
		return present;
	}

	private void complainIf(boolean wrong, Path file, String problem) {
		if (wrong) {
			this.complaints.add(this.folder.relativize(file) + " " + problem);
		}
	}

	static void addChecksums(Path file) throws IOException {
		byte[] content = Files.readAllBytes(file);
		for (Map.Entry<String, String> algorithm : ALGORITHMS.entrySet()) {
			Files.writeString(Path.of(file + "." + algorithm.getKey()), hash(algorithm.getValue(), content));
		}
	}

	private static boolean isChecksum(Path file) {
		return ALGORITHMS.keySet().stream().anyMatch((extension) -> file.toString().endsWith("." + extension));
	}

	private static Path sibling(Path pom, String suffix) {
		return Path.of(pom.toString().replaceAll("\\.pom$", "") + suffix);
	}

	private static boolean has(Path file, String ending) throws IOException {
		return Files.exists(file) && entries(file).stream().anyMatch((name) -> name.endsWith(ending));
	}

	private static Set<String> entries(Path file) throws IOException {
		try (JarFile jar = new JarFile(file.toFile())) {
			Set<String> names = new TreeSet<>();
			jar.stream().map(ZipEntry::getName).forEach(names::add);
			return names;
		}
	}

	private static String hash(String algorithm, byte[] content) {
		try {
			return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Document read(Path file) throws IOException {
		try {
			return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
		}
		catch (ParserConfigurationException | SAXException ex) {
			throw new IOException("%s: %s".formatted(file, ex.getMessage()), ex);
		}
	}

	private static String text(Document model, String path) {
		List<String> texts = texts(model, path);
		return texts.isEmpty() ? "" : texts.get(0);
	}

	private static List<String> texts(Document model, String path) {
		try {
			NodeList nodes = (NodeList) XPathFactory.newInstance()
				.newXPath()
				.evaluate(path, model, XPathConstants.NODESET);
			return IntStream.range(0, nodes.getLength()).mapToObj((i) -> nodes.item(i).getTextContent()).toList();
		}
		catch (XPathExpressionException ex) {
			throw new IllegalArgumentException(path, ex);
		}
	}

}
