package org.jkprobes.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One suite of Debian's archive for one architecture, reached with ordinary apt in a private state that lives as long as this
 * object. Nothing is asked of the network before the first call.
 */
public final class DebianArchive implements AutoCloseable {
    private final AptSystem system;
    private final String suite;
    private final Architecture architecture;
    private final CacheFolder cache;
    private final Progress progress;
    private Optional<Apt> apt = Optional.empty();
    private Optional<Path> state = Optional.empty();
    private Optional<Thread> onInterrupt = Optional.empty();

    /** The archive's {@code suite} (such as {@code bookworm}) for {@code architecture}. */
    public DebianArchive(String suite, Architecture architecture, CacheFolder cache, Progress progress) {
        this(AptSystem.INSTALLED, suite, architecture, cache, progress);
    }

    DebianArchive(AptSystem system, String suite, Architecture architecture, CacheFolder cache, Progress progress) {
        this.system = system;
        this.suite = suite;
        this.architecture = architecture;
        this.cache = cache;
        this.progress = progress;
    }

    /**
     * What the archive knows of a package.
     *
     * @param depends the {@code Depends} field as written; empty if there is none
     * @param sha256 of the {@code .deb}, in hexadecimal
     * @param size of the {@code .deb} in bytes
     */
    public record Description(String name, String version, String depends, String sha256, long size) {}

    /**
     * Looks a package up.
     *
     * @throws ImageException if there is no apt, no network or no such package
     */
    public Description describe(String packageName) throws ImageException {
        return io(() -> {
            List<String> lines = apt().show(packageName);
            Map<String, String> fields = Stanzas.read(lines).stream()
                    .filter(s -> packageName.equals(s.get("package")))
                    .findFirst()
                    .orElseThrow(() -> new ImageException("no such package: " + packageName));
            return new Description(
                    packageName,
                    field(fields, "version", packageName),
                    fields.getOrDefault("depends", ""),
                    field(fields, "sha256", packageName).toLowerCase(Locale.ROOT),
                    Long.parseLong(field(fields, "size", packageName)));
        });
    }

    /**
     * The package that a meta package stands for: the first one it depends on, when its name begins like the meta package's
     * ({@code linux-image-4kc-malta} depends on {@code linux-image-6.1.0-NN-4kc-malta}).
     *
     * @throws ImageException as {@link #describe}, or if the meta package depends on no such package
     */
    public Description resolve(String metaPackage) throws ImageException {
        Description meta = describe(metaPackage);
        String stem = metaPackage.replaceFirst("^(linux-[a-z]+-).*", "$1");
        for (String dependency : meta.depends().split(",")) {
            String name = dependency.strip().replaceFirst("[\\s(:|].*", "");
            if (name.startsWith(stem) && !name.equals(metaPackage)) {
                return describe(name);
            }
        }
        throw new ImageException("package %s names no kernel it stands for".formatted(metaPackage));
    }

    /**
     * Downloads a package and checks it, through apt against the signed index and here against its SHA-256.
     *
     * @return the {@code .deb}; it is deleted when this archive is closed
     * @throws ImageException if it cannot be had or does not match
     */
    public Path download(Description wanted) throws ImageException {
        return io(() -> {
            progress.step("fetching %s %s for %s (%.1f MiB)"
                    .formatted(wanted.name(), wanted.version(), architecture.debian(), wanted.size() / 1048576.0));
            Path deb = apt().download(wanted.name(), wanted.version());
            if (Files.size(deb) != wanted.size() || !Digest.of(deb).equals(wanted.sha256())) {
                throw new ImageException("package %s does not match its checksum".formatted(wanted.name()));
            }
            return deb;
        });
    }

    /**
     * A package's {@code .deb} from the cache, downloaded when it is not there or damaged. The version is the one that was
     * newest when it was fetched; with the package in the cache no network is needed.
     *
     * @throws ImageException if it cannot be had or does not match
     */
    public Path fetch(String packageName) throws ImageException {
        String name = "packages/%s-%s/%s.deb".formatted(suite, architecture.debian(), packageName);
        return cache.exclusively("packages", progress, () -> {
            Path kept = cache.root().resolve(name);
            Path digest = cache.root().resolve(name + ".sha256");
            if (Files.exists(kept) && Files.exists(digest)) {
                if (Digest.of(kept).equals(Files.readString(digest).strip())) {
                    return kept;
                }
                progress.step("the cached %s is damaged".formatted(packageName));
            }
            Description wanted = describe(packageName);
            Path deb = download(wanted);
            Files.createDirectories(kept.getParent());
            Files.deleteIfExists(digest);
            Files.move(deb, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            cache.write(name + ".sha256", (wanted.sha256() + "\n").getBytes(StandardCharsets.US_ASCII));
            return kept;
        });
    }

    /** Deletes the private state and what was downloaded into it. */
    @Override
    public void close() throws ImageException {
        onInterrupt.ifPresent(DebianArchive::forget);
        onInterrupt = Optional.empty();
        if (state.isPresent()) {
            Path folder = state.get();
            state = Optional.empty();
            apt = Optional.empty();
            io(() -> {
                CacheFolder.delete(folder);
                return folder;
            });
        }
    }

    private Apt apt() throws IOException {
        if (apt.isEmpty()) {
            Path folder = cache.scratch();
            state = Optional.of(folder);
            Apt fresh = new Apt(system, folder, suite, architecture);
            onInterrupt = Optional.of(cleanUpOnInterrupt(fresh, folder));
            progress.step("reading Debian's package list (%s, %s)".formatted(suite, architecture.debian()));
            fresh.update();
            apt = Optional.of(fresh);
        }
        return apt.get();
    }

    /** Control-C ends the JVM without closing anything. */
    private static Thread cleanUpOnInterrupt(Apt apt, Path folder) {
        Thread hook = new Thread(
                () -> {
                    apt.stop();
                    try {
                        CacheFolder.delete(folder);
                    } catch (IOException e) {
                        // It is swept up by a later fetch.
                    }
                },
                "apt clean-up");
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook does its work.
        }
    }

    private static String field(Map<String, String> fields, String name, String packageName) throws ImageException {
        String value = fields.get(name);
        if (value == null) {
            throw new ImageException("package %s has no %s in the package list".formatted(packageName, name));
        }
        return value;
    }

    private interface Io<T> {
        T run() throws IOException;
    }

    private <T> T io(Io<T> work) throws ImageException {
        try {
            return work.run();
        } catch (ImageException e) {
            throw e;
        } catch (IOException | NumberFormatException e) {
            String reason = e instanceof IOException io ? ImageException.reason(io) : String.valueOf(e.getMessage());
            throw new ImageException("cache folder %s: %s".formatted(cache.root(), reason), e);
        }
    }
}
