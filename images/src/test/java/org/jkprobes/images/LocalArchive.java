package org.jkprobes.images;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Collectors;

/** A signed Debian archive in a folder, so that fetching is tested with the real apt and without a network. */
final class LocalArchive {
    private final Path root;
    private final Path dists;
    private final Map<String, String> gpgHome;
    private final StringBuilder packages = new StringBuilder();

    LocalArchive(Path root) throws Exception {
        this.root = root;
        this.dists = root.resolve("debian/dists/bookworm");
        Path keys = Files.createDirectories(root.resolve("keys"));
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rwx------"));
        gpgHome = Map.of("GNUPGHOME", keys.toString());
        Files.createDirectories(dists.resolve("main/binary-mipsel"));
        Files.createDirectories(root.resolve("debian/pool"));
        gpg("--quick-gen-key", "test <test@example>", "ed25519", "default", "never");
        gpg("--output", keyring().toString(), "--export");
        Files.createDirectories(root.resolve("etc/sources.list.d"));
        pointAt("copy:" + root.resolve("debian"));
    }

    private Path keyring() {
        return root.resolve("archive.gpg");
    }

    /** The machine's sources name this address. */
    void pointAt(String uri) throws Exception {
        Files.writeString(
                root.resolve("etc/sources.list.d/debian.sources"),
                "Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: %s\n".formatted(uri, keyring()));
    }

    AptSystem system() {
        return new AptSystem(root.resolve("etc"), "apt-get", "apt-cache", "apt-config");
    }

    Path add(String name, String version, String depends, Map<String, byte[]> files) throws Exception {
        Path tree = Files.createTempDirectory(root, "tree");
        Files.createDirectories(tree.resolve("DEBIAN"));
        String control = "Package: %s\nVersion: %s\nArchitecture: mipsel\nMaintainer: N <n@example>\n%sDescription: d\n"
                .formatted(name, version, depends.isEmpty() ? "" : "Depends: " + depends + "\n");
        Files.writeString(tree.resolve("DEBIAN/control"), control);
        for (var file : files.entrySet()) {
            Path path = tree.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        String place = "pool/%s_%s_mipsel.deb".formatted(name, version);
        Path deb = root.resolve("debian").resolve(place);
        Commands.run(new byte[0], "dpkg-deb", "--root-owner-group", "-b", tree.toString(), deb.toString());
        packages.append(control)
                .append("Filename: %s\nSize: %d\nSHA256: %s\n\n".formatted(place, Files.size(deb), sha256(deb)));
        return deb;
    }

    /** Writes the index and signs it. */
    void publish() throws Exception {
        Path index = dists.resolve("main/binary-mipsel/Packages");
        Files.writeString(index, packages);
        String release = """
                Origin: Test
                Suite: bookworm
                Codename: bookworm
                Architectures: mipsel
                Components: main
                Date: Thu, 01 Jan 2026 00:00:00 UTC
                SHA256:
                 %s %d main/binary-mipsel/Packages
                """.formatted(sha256(index), Files.size(index));
        Path signed = dists.resolve("InRelease");
        Files.deleteIfExists(signed);
        byte[] out = Commands.run(
                gpgHome, release.getBytes(StandardCharsets.UTF_8), "gpg", "--batch", "--passphrase", "", "--clearsign");
        Files.write(signed, out);
    }

    /** By another hand than the code under test. */
    private static String sha256(Path file) throws Exception {
        return Commands.lines(Commands.run(new byte[0], "sha256sum", file.toString()))
                .getFirst()
                .lines()
                .map(l -> l.substring(0, 64))
                .collect(Collectors.joining());
    }

    private void gpg(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 4];
        System.arraycopy(new String[] {"gpg", "--batch", "--passphrase", ""}, 0, command, 0, 4);
        System.arraycopy(arguments, 0, command, 4, arguments.length);
        Commands.run(gpgHome, new byte[0], command);
    }

    void delete() throws Exception {
        Commands.run(gpgHome, new byte[0], "gpgconf", "--kill", "gpg-agent");
        CacheFolder.delete(root);
    }
}
