package org.jkprobes.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where this machine gets its Debian packages from, read from its own apt sources (sources.list(5): deb822 {@code .sources}
 * files and one-line {@code .list} files). Whatever says that a source need not be verified is not taken over.
 *
 * @param uri the archive's address
 * @param suites as written, separated by blanks
 * @param signedBy the {@code Signed-By} value: a keyring file, fingerprints, or a key block of several lines; empty if none
 */
record AptSource(String uri, String suites, String signedBy) {
    private static final String DEBIAN_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /**
     * The machine's source of Debian's main archive.
     *
     * @param etcApt apt's configuration folder, {@code /etc/apt}
     * @throws ImageException if the machine has none
     */
    static AptSource ofDebian(Path etcApt) throws ImageException {
        return all(etcApt).stream()
                .filter(AptSource::isDebianMain)
                .findFirst()
                .orElseThrow(() -> new ImageException(
                        "%s names no Debian archive to fetch from; give a kernel and a busybox of your own"
                                .formatted(etcApt)));
    }

    /** All package sources that are switched on, in apt's order. */
    static List<AptSource> all(Path etcApt) throws ImageException {
        List<Path> files = new ArrayList<>(List.of(etcApt.resolve("sources.list")));
        try (Stream<Path> parts = Files.list(etcApt.resolve("sources.list.d"))) {
            parts.sorted().forEach(files::add);
        } catch (IOException e) {
            // No such folder: then there is only the one file, or none.
        }
        List<AptSource> sources = new ArrayList<>();
        for (Path file : files) {
            try {
                if (!Files.isRegularFile(file)) {
                    continue;
                }
                String name = file.toString();
                if (name.endsWith(".list")) {
                    sources.addAll(ofLines(Files.readAllLines(file, StandardCharsets.ISO_8859_1)));
                } else if (name.endsWith(".sources")) {
                    sources.addAll(ofStanzas(Files.readAllLines(file, StandardCharsets.ISO_8859_1)));
                }
            } catch (IOException e) {
                throw new ImageException("%s: %s".formatted(file, ImageException.reason(e)), e);
            }
        }
        return sources;
    }

    /** The one-line style: {@code deb [option=value …] uri suite component…}. */
    static List<AptSource> ofLines(List<String> lines) {
        List<AptSource> sources = new ArrayList<>();
        for (String raw : lines) {
            String line = raw.replaceFirst("#.*", "").strip();
            if (!line.matches("deb\\s.*")) {
                continue;
            }
            String rest = line.substring(3).strip();
            String signedBy = "";
            if (rest.startsWith("[") && rest.contains("]")) {
                for (String option :
                        rest.substring(1, rest.indexOf(']')).strip().split("\\s+")) {
                    if (option.toLowerCase(Locale.ROOT).startsWith("signed-by=")) {
                        signedBy = option.substring("signed-by=".length()).replace(',', ' ');
                    }
                }
                rest = rest.substring(rest.indexOf(']') + 1).strip();
            }
            String[] words = rest.split("\\s+");
            if (words.length >= 2) {
                sources.add(new AptSource(words[0], words[1], signedBy));
            }
        }
        return sources;
    }

    /** The deb822 style: stanzas of {@code Field: value}, continued by indented lines. */
    static List<AptSource> ofStanzas(List<String> lines) {
        List<AptSource> sources = new ArrayList<>();
        for (Map<String, String> fields : Stanzas.read(lines)) {
            boolean off = fields.getOrDefault("enabled", "yes").matches("(?i)no|false|off|without|disable");
            if (off || Arrays.stream(words(fields, "types")).noneMatch("deb"::equals)) {
                continue;
            }
            for (String uri : words(fields, "uris")) {
                if (!uri.isEmpty()) {
                    sources.add(new AptSource(
                            uri, String.join(" ", words(fields, "suites")), fields.getOrDefault("signed-by", "")));
                }
            }
        }
        return sources;
    }

    private static String[] words(Map<String, String> fields, String name) {
        return fields.getOrDefault(name, "").strip().split("\\s+");
    }

    /** The main archive, not the security one and not a third party's: known by its path or by its key. */
    private boolean isDebianMain() {
        String path = uri.replaceFirst("/+$", "");
        boolean debian = path.endsWith("/debian")
                || path.contains("/archive/debian/")
                || (signedBy.contains("debian-archive") && !path.contains("security"));
        return debian && !suites.contains("security");
    }

    /** The sources file for one suite of this archive. */
    String forSuite(String suite) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Types", "deb");
        fields.put("URIs", uri);
        fields.put("Suites", suite);
        fields.put("Components", "main");
        keyring().ifPresent(k -> fields.put("Signed-By", k));
        StringBuilder text = new StringBuilder();
        fields.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }

    private Optional<String> keyring() {
        if (!signedBy.isBlank()) {
            return Optional.of(signedBy);
        }
        // Without it apt asks its global keys, which may be another distribution's.
        return Files.isReadable(Path.of(DEBIAN_KEYRING)) ? Optional.of(DEBIAN_KEYRING) : Optional.empty();
    }
}
