package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Truncated and mutated files are refused with {@link ImageException} or read; nothing else is thrown, ever. */
class ImageFuzzTest {
    private static final int ROUNDS = 800;

    /** A reader of untrusted bytes. */
    interface Reader {
        void read(byte[] file) throws ImageException;
    }

    /** What the reading of one file may allocate at most: decoders' windows, and what a small payload can unpack to. */
    private static final long ALLOCATION_CAP = 2L * Packing.CAP;

    @Test
    void kernels() throws Exception {
        byte[] kernel = Samples.codeLike(new Random(1), 30_000);
        byte[] elf =
                Samples.elf(62, 64, ByteOrder.LITTLE_ENDIAN, 0x100_0000, 0xffff_ffff_8100_0000L, 0x100_0000, kernel, 9);
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("mips xz", Samples.mipsLoader(32, ByteOrder.LITTLE_ENDIAN, kernel, 0x404, Samples.xz(kernel)));
        files.put("mips gzip", Samples.mipsLoader(64, ByteOrder.BIG_ENDIAN, kernel, 0x404, Samples.gzip(kernel)));
        files.put("x86 xz", Samples.bzImage(true, Samples.xz(elf), elf.length, false));
        files.put("x86 gzip", Samples.bzImage(true, Samples.gzip(elf), elf.length, true));
        files.put("elf", elf);
        for (var file : files.entrySet()) {
            KernelImage.of(file.getValue());
            fuzz(file.getKey(), file.getValue(), ROUNDS, KernelImage::of);
            fuzz(file.getKey(), file.getValue(), ROUNDS / 3, KernelImage::ofPacked);
        }
    }

    @Test
    void initramfs() throws Exception {
        List<CpioEntry> entries = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            entries.add(new CpioEntry("file" + i, 0100644, 0, 0, Samples.codeLike(new Random(i), 500)));
        }
        byte[] cpio = Cpio.write(entries);
        fuzz("cpio", cpio, ROUNDS, InitramfsFile::of);
        fuzz("cpio gzip", Samples.gzip(cpio), ROUNDS, InitramfsFile::of);
        fuzz("cpio xz", Samples.xz(cpio), ROUNDS, InitramfsFile::of);
    }

    static void fuzz(String name, byte[] file, int rounds, Reader reader) {
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        int refused = 0;
        for (int seed = 0; seed < rounds; seed++) {
            byte[] broken = broken(new Random(seed), file);
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                reader.read(broken);
            } catch (ImageException e) {
                refused++;
                assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("%s, seed %d: %s".formatted(name, seed, e), e);
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .describedAs("%s, seed %d: allocation", name, seed)
                    .isLessThan(ALLOCATION_CAP);
        }
        assertThat(refused).describedAs("%s: refused", name).isPositive();
    }

    /** Truncated, or a few bytes changed: anywhere, or in the headers, where they do most. */
    private static byte[] broken(Random random, byte[] file) {
        if (random.nextInt(4) == 0) {
            return Arrays.copyOf(file, random.nextInt(file.length));
        }
        byte[] broken = file.clone();
        int range = random.nextBoolean() ? Math.min(700, file.length) : file.length;
        for (int i = random.nextInt(8); i >= 0; i--) {
            broken[random.nextInt(range)] =
                    random.nextInt(3) == 0 ? (byte) (random.nextInt(3) * 0x7f + 1) : (byte) random.nextInt();
        }
        return broken;
    }
}
