package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fetching with the real apt, from a small signed archive on disk. */
@Tag("oracle")
class DebianKernelsTest {
    private static final String META = "linux-image-4kc-malta";
    private static final String IMAGE = "linux-image-6.1.0-99-4kc-malta";

    @TempDir
    Path folder;

    private final LocalArchive archive;
    private final Path deb;
    private final byte[] kernel;
    private final byte[] busybox = Samples.elf(
            8, 32, ByteOrder.LITTLE_ENDIAN, 0x40_0000, 0x40_0000, 0x40_0000, Samples.codeLike(new Random(2), 9000), 0);
    private final List<String> steps = Collections.synchronizedList(new ArrayList<>());

    DebianKernelsTest() throws Exception {
        archive = new LocalArchive(Files.createTempDirectory("jkp"));
        byte[] raw = Samples.codeLike(new Random(1), 90_000);
        kernel = Samples.mipsLoader(32, ByteOrder.LITTLE_ENDIAN, raw, 0x400, Samples.xz(raw));
        archive.add(META, "6.1.9-1", "base-files (>= 1), %s (= 6.1.9-1)".formatted(IMAGE), Map.of());
        deb = archive.add(
                IMAGE,
                "6.1.9-1",
                "kmod, linux-base",
                Map.of("boot/vmlinuz-6.1.0-99-4kc-malta", kernel, "boot/config-6.1.0-99-4kc-malta", new byte[10]));
        archive.add("busybox-static", "1:1.35-4", "", Map.of("bin/busybox", busybox));
        archive.publish();
    }

    @BeforeEach
    void forget() {
        steps.clear();
    }

    @AfterEach
    void delete() throws Exception {
        archive.delete();
    }

    private DebianKernels.Fetched fetch() throws ImageException {
        return new DebianKernels(archive.system(), cache()).fetch(Architecture.MIPSEL, steps::add);
    }

    private CacheFolder cache() {
        return CacheFolder.at(folder.resolve("cache"));
    }

    private List<String> filesInCache() throws Exception {
        if (!Files.exists(cache().root())) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(cache().root())) {
            return files.filter(Files::isRegularFile)
                    .map(f -> f.getFileName().toString())
                    .filter(f -> !f.endsWith(".lock"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void fetchesOnceThenNeedsNoArchive() throws Exception {
        DebianKernels.Fetched fetched = fetch();
        assertThat(Files.readAllBytes(fetched.kernel())).isEqualTo(kernel);
        assertThat(Files.readAllBytes(fetched.busybox())).isEqualTo(busybox);
        assertThat(fetched.release()).isEqualTo("6.1.0-99-4kc-malta");
        assertThat(fetched.kernelVersion()).isEqualTo("6.1.9-1");
        assertThat(fetched.busyboxVersion()).isEqualTo("1:1.35-4");
        assertThat(steps).anyMatch(s -> s.startsWith("fetching " + IMAGE));
        assertThat(filesInCache()).containsExactly("busybox", "record", "vmlinuz-6.1.0-99-4kc-malta");

        steps.clear();
        archive.pointAt("copy:/nowhere/debian");
        assertThat(fetch()).isEqualTo(fetched);
        assertThat(steps).isEmpty();
    }

    @Test
    void aDamagedCacheIsFetchedAnew() throws Exception {
        Path cached = fetch().kernel();
        byte[] damaged = kernel.clone();
        damaged[77] ^= 1;
        Files.write(cached, damaged);
        assertThat(Files.readAllBytes(fetch().kernel())).isEqualTo(kernel);
        assertThat(steps).contains("the cached kernel is damaged; fetching it anew");

        Files.delete(fetch().busybox());
        assertThat(Files.readAllBytes(fetch().busybox())).isEqualTo(busybox);

        Files.write(cached, damaged);
        archive.pointAt("http://127.0.0.1:1/debian");
        assertThatThrownBy(this::fetch)
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("the Debian archive cannot be reached: ");
    }

    @Test
    void noNetwork() throws Exception {
        archive.pointAt("http://127.0.0.1:1/debian");
        refused("the Debian archive cannot be reached: ");
    }

    @Test
    void noSuchPackage() throws Exception {
        assertThatThrownBy(() -> new DebianKernels(archive.system(), cache())
                        .fetch(Architecture.MIPSEL, "bookworm", "linux-image-none", steps::add))
                .isInstanceOf(ImageException.class)
                .hasMessage("no such package: linux-image-none");
        assertThat(filesInCache()).isEmpty();
    }

    @Test
    void noApt() {
        AptSystem none = new AptSystem(archive.system().etc(), "no-apt-get", "no-apt-cache", "no-apt-config");
        assertThatThrownBy(() -> new DebianKernels(none, cache()).fetch(Architecture.MIPSEL, steps::add))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("no apt on this machine (no-apt-config cannot be run)");
    }

    @Test
    void aForgedPackage() throws Exception {
        byte[] forged = Files.readAllBytes(deb);
        forged[forged.length / 2] ^= 1;
        Files.write(deb, forged);
        refused("cannot be verified: ");
    }

    @Test
    void aForgedIndex() throws Exception {
        Path index = deb.resolveSibling("../dists/bookworm/main/binary-mipsel/Packages");
        Files.writeString(index, Files.readString(index).replace("1:1.35-4", "1:1.35-5"));
        refused("cannot be verified: ");
    }

    @Test
    void anUnsignedArchive() throws Exception {
        Path signed = deb.resolveSibling("../dists/bookworm/InRelease");
        String text = Files.readString(signed);
        Files.delete(signed);
        String release = text.substring(text.indexOf("Origin"), text.indexOf("-----BEGIN PGP SIGNATURE"));
        Files.writeString(signed.resolveSibling("Release"), release);
        refused("cannot be verified: ");
    }

    /** What apt says when there is no space differs by where it finds out. */
    @ParameterizedTest
    @CsvSource({
        "E: You don't have enough free space in /x/archives/., no space left ",
        "E: Write error - write (28: No space left on device), no space left ",
        "E: Something odd, E: Something odd",
    })
    void whatAptSays(String complaint, String start) throws Exception {
        Path fake = Files.writeString(
                folder.resolve("apt-get"),
                "#!/bin/sh\necho 'W: a warning' >&2\necho \"%s\" >&2\nexit 100\n".formatted(complaint));
        Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwxr-xr-x"));
        AptSystem system = new AptSystem(archive.system().etc(), fake.toString(), "apt-cache", "apt-config");
        assertThatThrownBy(() -> new DebianKernels(system, cache()).fetch(Architecture.MIPSEL, steps::add))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(start.replace("E: ", ""))
                .hasMessageNotContaining("\n");
        assertThat(filesInCache()).isEmpty();
    }

    @Test
    void aFileInTheWayOfTheCache() throws Exception {
        Files.writeString(folder.resolve("cache"), "in the way");
        assertThatThrownBy(this::fetch)
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("cache folder " + folder.resolve("cache"));
    }

    @Test
    void manyAtOnceFetchOnce() throws Exception {
        try (var pool = Executors.newFixedThreadPool(4)) {
            Callable<DebianKernels.Fetched> fetch = this::fetch;
            var results = pool.invokeAll(Collections.nCopies(4, fetch));
            for (var result : results) {
                assertThat(Files.readAllBytes(result.get().kernel())).isEqualTo(kernel);
            }
        }
        assertThat(steps.stream().filter(s -> s.startsWith("fetching linux-image")))
                .hasSize(1);
    }

    @Test
    void onePackage() throws Exception {
        try (DebianArchive packages =
                new DebianArchive(archive.system(), "bookworm", Architecture.MIPSEL, cache(), steps::add)) {
            Path first = packages.fetch("busybox-static");
            assertThat(new Deb(first).files(p -> true)).containsOnlyKeys("bin/busybox");
            Files.write(first, new byte[3]);
            assertThat(new Deb(packages.fetch("busybox-static")).files(p -> true))
                    .containsOnlyKeys("bin/busybox");
        }
        archive.pointAt("copy:/nowhere/debian");
        try (DebianArchive offline =
                new DebianArchive(archive.system(), "bookworm", Architecture.MIPSEL, cache(), steps::add)) {
            assertThat(offline.fetch("busybox-static")).exists();
        }
        assertThat(filesInCache()).containsExactly("busybox-static.deb", "busybox-static.deb.sha256");
    }

    private void refused(String start) throws Exception {
        assertThatThrownBy(this::fetch)
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith(start)
                .hasMessageNotContaining("\n");
        assertThat(filesInCache()).isEmpty();
    }
}
