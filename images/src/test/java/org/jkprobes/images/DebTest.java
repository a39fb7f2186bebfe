package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packages made by dpkg-deb, read by us. */
@Tag("oracle")
class DebTest {
    @TempDir
    Path folder;

    private final byte[] kernel = Samples.codeLike(new Random(1), 200_000);

    private Path build(String compression) throws Exception {
        Path tree = folder.resolve("tree");
        Files.createDirectories(tree.resolve("DEBIAN"));
        Files.writeString(tree.resolve("DEBIAN/control"), """
                Package: sample
                Version: 1
                Architecture: mipsel
                Maintainer: Nobody <nobody@example>
                Description: a sample
                """);
        Files.createDirectories(tree.resolve("boot"));
        Files.write(tree.resolve("boot/vmlinuz-1"), kernel);
        Files.writeString(tree.resolve("boot/empty"), "");
        Path deb = folder.resolve(compression + ".deb");
        Commands.run(new byte[0], "dpkg-deb", "--root-owner-group", "-Z" + compression, "-b", "" + tree, "" + deb);
        return deb;
    }

    @ParameterizedTest
    @ValueSource(strings = {"xz", "gzip", "zstd", "none"})
    void whatDpkgPacks(String compression) throws Exception {
        Path deb = build(compression);
        Map<String, byte[]> files = new Deb(deb).files(p -> true);
        assertThat(files).containsOnlyKeys("boot/vmlinuz-1", "boot/empty");
        assertThat(files.get("boot/vmlinuz-1")).isEqualTo(kernel);
        assertThat(files.get("boot/empty")).isEmpty();
        assertThat(new Deb(deb).first(p -> p.startsWith("boot/vmlinuz")))
                .hasValueSatisfying(e -> assertThat(e.getValue()).isEqualTo(kernel));
        assertThat(new Deb(deb).first(p -> p.equals("none"))).isEmpty();
    }

    @Test
    void brokenPackages() throws Exception {
        byte[] deb = Files.readAllBytes(build("xz"));
        Path file = folder.resolve("broken.deb");
        ImageFuzzTest.fuzz("deb", deb, 300, bytes -> {
            try {
                Files.write(file, bytes);
            } catch (ImageException e) {
                throw e;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            new Deb(file).files(p -> true);
        });
        assertThatThrownBy(() -> new Deb(folder.resolve("none")).files(p -> true))
                .isInstanceOf(ImageException.class)
                .hasMessageEndingWith("none: no such file");
    }
}
