package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackCacheTest {
    @TempDir
    Path folder;

    private int unpacked;
    private final byte[] payload = Samples.codeLike(new Random(1), 5000);

    private byte[] get(Path root, byte[] file) throws Exception {
        Path packed = folder.resolve("packed");
        Files.write(packed, file);
        return new UnpackCache(CacheFolder.at(root), packed).get(file, () -> {
            unpacked++;
            return payload;
        });
    }

    private List<Path> kept() throws Exception {
        try (var files = Files.list(folder.resolve("unpacked"))) {
            return files.toList();
        }
    }

    @Test
    void unpacksOnce() throws Exception {
        assertThat(get(folder, new byte[] {1})).isEqualTo(payload);
        assertThat(get(folder, new byte[] {1})).isEqualTo(payload);
        assertThat(unpacked).isEqualTo(1);
        get(folder, new byte[] {2});
        assertThat(unpacked).isEqualTo(2);
        assertThat(kept()).hasSize(2).noneMatch(p -> p.toString().endsWith(".part"));
    }

    @Test
    void aDamagedEntryIsMadeAnew() throws Exception {
        get(folder, new byte[] {1});
        Path entry = kept().getFirst();
        for (int length : new int[] {5008, 5000, 64, 8, 7, 0}) {
            byte[] contents = new byte[length];
            System.arraycopy(Files.readAllBytes(entry), 0, contents, 0, length);
            if (length == 5008) {
                contents[3000] ^= 0x10;
            }
            Files.write(entry, contents);
            int before = unpacked;
            assertThat(get(folder, new byte[] {1})).isEqualTo(payload);
            assertThat(get(folder, new byte[] {1})).isEqualTo(payload);
            assertThat(unpacked).isEqualTo(before + 1);
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsDoneWithout() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        assertThat(get(file, new byte[] {1})).isEqualTo(payload);
    }
}
