package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packed by the tools that Linux's build uses, with its options; unpacked by us. */
@Tag("oracle")
class PackingTest {
    private static final List<Integer> SIZES = List.of(1, 13, 4096, 300_001);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xz --check=crc32 --lzma2=dict=1MiB",
                "xz --check=crc32 --x86 --lzma2=dict=32MiB",
                "xz --check=crc32 --powerpc --lzma2=dict=1MiB",
                "gzip -n -9",
                "bzip2 -9",
                "xz --format=lzma -6",
                "lz4 -l -9",
                "zstd -19 -T1",
                "zstd --ultra -22",
            })
    void theToolsOfTheKernelBuild(String tool) throws Exception {
        for (int size : SIZES) {
            agrees(tool, size);
        }
    }

    /** Blocks of the legacy lz4 frame hold 8 MiB: one full, two full, and one over. */
    @ParameterizedTest
    @ValueSource(ints = {8 << 20, 16 << 20, (8 << 20) + 5})
    void lz4Blocks(int size) throws Exception {
        agrees("lz4 -l -1", size);
    }

    /** Linux is packed with a window far larger than the 8 MiB that decoders must admit; matches reach back that far. */
    @Test
    void zstdWithALargeWindow() throws Exception {
        byte[] once = Samples.codeLike(new Random(22), 100_000);
        byte[] data = new byte[10 << 20];
        System.arraycopy(once, 0, data, 0, once.length);
        System.arraycopy(once, 0, data, data.length - once.length, once.length);
        byte[] packed = Commands.run(data, "zstd", "-3", "--long=27", "-c");
        assertThat(packed[5] & 0xff).describedAs("window").isGreaterThan(13 << 3);
        byte[] within = Arrays.copyOf(packed, packed.length + 9);
        assertThat(Packing.ZSTD.unpack(within, 0, within.length, Packing.CAP)).isEqualTo(data);
        assertThat(Packing.ZSTD.unpack(packed, 0, packed.length, data.length)).isEqualTo(data);
    }

    private static void agrees(String tool, int size) throws Exception {
        byte[] data = Samples.codeLike(new Random(size), size);
        byte[] packed = Commands.run(data, (tool + " -c").split(" "));
        Packing packing = Packing.at(packed, 0).orElseThrow();
        assertThat(tool).contains(packing == Packing.XZ ? "xz --check" : packing.toString());
        assertThat(packing.unpack(packed, 0, packed.length, size))
                .describedAs("%s %d", tool, size)
                .isEqualTo(data);

        byte[] within = new byte[packed.length + 77];
        System.arraycopy(packed, 0, within, 33, packed.length);
        assertThat(packing.unpack(within, 33, packed.length, Packing.CAP)).isEqualTo(data);

        assertThatThrownBy(() -> packing.unpack(packed, 0, packed.length, size - 1))
                .isInstanceOf(ImageException.class);
        byte[] cut = Arrays.copyOf(packed, packed.length * 2 / 3);
        assertThatThrownBy(() -> packing.unpack(cut, 0, cut.length, Packing.CAP))
                .describedAs("%s %d, truncated", tool, size)
                .isInstanceOf(ImageException.class);
    }
}
