package org.jkprobes.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Debian's kernel and busybox of an architecture, fetched on first use into the cache folder, from there ever after. What was
 * fetched is written down, with its digests, in a record that is written last: without a record there is nothing.
 */
public final class DebianKernels {
    private final AptSystem system;
    private final CacheFolder cache;

    /** Kernels kept in {@code cache}. */
    public DebianKernels(CacheFolder cache) {
        this(AptSystem.INSTALLED, cache);
    }

    DebianKernels(AptSystem system, CacheFolder cache) {
        this.system = system;
        this.cache = cache;
    }

    /**
     * What a machine boots.
     *
     * @param kernel the packed kernel, {@code vmlinuz-RELEASE}
     * @param busybox the static busybox binary
     * @param release the kernel's, such as {@code 6.1.0-50-4kc-malta}
     * @param kernelVersion Debian's version of the kernel package
     * @param busyboxVersion Debian's version of the busybox package
     */
    public record Fetched(
            Architecture architecture,
            Path kernel,
            Path busybox,
            String release,
            String kernelVersion,
            String busyboxVersion) {}

    /** {@link #fetch(Architecture, Progress)} into the user's cache folder. */
    public static Fetched fetchFor(Architecture architecture, Progress progress) throws ImageException {
        return new DebianKernels(CacheFolder.ofUser()).fetch(architecture, progress);
    }

    /** Whether an architecture's kernel has been fetched already. */
    public boolean has(Architecture architecture) {
        return architecture.suite().isPresent()
                && Files.isRegularFile(cache.root()
                        .resolve(folder(
                                architecture,
                                architecture.suite().get(),
                                architecture.kernelPackage().orElseThrow()))
                        .resolve("record"));
    }

    private static String folder(Architecture architecture, String suite, String metaPackage) {
        return "%s-%s/%s".formatted(suite, architecture.debian(), metaPackage);
    }

    /**
     * The kernel and the busybox of an architecture. With both in the cache and undamaged, no network is asked.
     *
     * @throws ImageException if Debian has no kernel for it, or it cannot be fetched or kept
     */
    public Fetched fetch(Architecture architecture, Progress progress) throws ImageException {
        String suite = architecture
                .suite()
                .orElseThrow(() -> new ImageException("Debian has no kernel for " + architecture.debian()));
        return fetch(architecture, suite, architecture.kernelPackage().orElseThrow(), progress);
    }

    /**
     * The same for a suite and a kernel meta package of one's choice.
     *
     * @throws ImageException if it cannot be fetched or kept
     */
    public Fetched fetch(Architecture architecture, String suite, String metaPackage, Progress progress)
            throws ImageException {
        String folder = folder(architecture, suite, metaPackage);
        return cache.exclusively("packages", progress, () -> {
            Optional<Fetched> kept = kept(architecture, folder, progress);
            return kept.isPresent() ? kept.get() : fetchNow(architecture, suite, metaPackage, folder, progress);
        });
    }

    private Fetched fetchNow(
            Architecture architecture, String suite, String metaPackage, String folder, Progress progress)
            throws IOException {
        try (DebianArchive archive = new DebianArchive(system, suite, architecture, cache, progress)) {
            DebianArchive.Description image = archive.resolve(metaPackage);
            DebianArchive.Description busybox = archive.describe("busybox-static");
            Map.Entry<String, byte[]> kernel = open(
                    archive.download(image), p -> p.matches("boot/vmlinu[xz]-.*"), image.name(), "kernel", progress);
            Map.Entry<String, byte[]> box = open(
                    archive.download(busybox),
                    p -> p.matches("(usr/)?bin/busybox"),
                    busybox.name(),
                    "busybox",
                    progress);
            String file = kernel.getKey().substring("boot/".length());
            Files.deleteIfExists(cache.root().resolve(folder).resolve("record"));
            cache.write(folder + "/" + file, kernel.getValue());
            cache.write(folder + "/busybox", box.getValue());
            List<String> lines = List.of(
                    "kernel: " + file,
                    "kernel-sha256: " + Digest.of(kernel.getValue()),
                    "kernel-version: " + image.version(),
                    "busybox: busybox",
                    "busybox-sha256: " + Digest.of(box.getValue()),
                    "busybox-version: " + busybox.version());
            cache.write(folder + "/record", (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return kept(architecture, folder, progress)
                .orElseThrow(() -> new ImageException("cache folder %s loses what is written".formatted(cache.root())));
    }

    private static Map.Entry<String, byte[]> open(
            Path deb, Predicate<String> wanted, String name, String what, Progress progress) throws ImageException {
        progress.step("opening " + name);
        return new Deb(deb)
                .first(wanted)
                .orElseThrow(() -> new ImageException("package %s holds no %s".formatted(name, what)));
    }

    private Optional<Fetched> kept(Architecture architecture, String folder, Progress progress) throws IOException {
        Path home = cache.root().resolve(folder);
        Path record = home.resolve("record");
        if (!Files.isRegularFile(record)) {
            return Optional.empty();
        }
        List<Map<String, String>> stanzas = Stanzas.read(Files.readAllLines(record, StandardCharsets.ISO_8859_1));
        Map<String, String> fields = stanzas.isEmpty() ? Map.of() : stanzas.getFirst();
        if (!intact(home, fields, "kernel") || !intact(home, fields, "busybox")) {
            progress.step("the cached kernel is damaged; fetching it anew");
            return Optional.empty();
        }
        String kernel = fields.getOrDefault("kernel", "");
        return Optional.of(new Fetched(
                architecture,
                home.resolve(kernel),
                home.resolve("busybox"),
                kernel.replaceFirst("^vmlinu[xz]-", ""),
                fields.getOrDefault("kernel-version", ""),
                fields.getOrDefault("busybox-version", "")));
    }

    private boolean intact(Path home, Map<String, String> fields, String what) throws IOException {
        String name = fields.getOrDefault(what, "");
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9.+~_-]*") || !Files.isRegularFile(home.resolve(name))) {
            return false;
        }
        return new KnownDigests(cache).of(home.resolve(name)).equals(fields.get(what + "-sha256"));
    }
}
