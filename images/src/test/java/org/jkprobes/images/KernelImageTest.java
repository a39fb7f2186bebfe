package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.jkprobes.images.KernelImage.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelImageTest {
    @TempDir
    Path folder;

    private static ByteOrder order(String name) {
        return name.endsWith("el") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }

    @ParameterizedTest
    @CsvSource({"mipsel,32", "mips,32", "mips64el,64", "mips64,64"})
    void aPackedMipsKernel(String name, int bits) throws Exception {
        for (int size : new int[] {300_001, 0x4_0000}) { // the second fills whole 64 KiB steps
            byte[] kernel = Samples.codeLike(new Random(bits), size);
            byte[] file = Samples.mipsLoader(bits, order(name), kernel, 0x1_8404, Samples.xz(kernel));
            KernelImage image = KernelImage.of(file);
            long base = bits == 64 ? Samples.KERNEL_ADDRESS : Samples.KERNEL_ADDRESS & 0xffff_ffffL;
            assertThat(image.kind()).isEqualTo(Kind.UNPACKED_RAW);
            assertThat(image.architecture().debian()).isEqualTo(name);
            assertThat(image.entry()).isEqualTo(base + 0x1_8404);
            assertThat(image.segments()).hasSize(1);
            LoadSegment segment = image.segments().getFirst();
            assertThat(segment.virtualAddress()).isEqualTo(base);
            assertThat(segment.physicalAddress()).isEqualTo(0x20_0000);
            assertThat(segment.bytes()).isEqualTo(kernel);

            KernelImage packed = KernelImage.ofPacked(file);
            assertThat(packed.kind()).isEqualTo(Kind.LOADER);
            assertThat(packed.segments().getFirst().zeroFill()).isEqualTo(4096);
            assertThat(packed.entry()).isEqualTo(packed.segments().getFirst().virtualAddress());
        }
    }

    @Test
    void aDamagedPayload() throws Exception {
        byte[] kernel = Samples.codeLike(new Random(5), 200_000);
        byte[] file = Samples.mipsLoader(32, ByteOrder.LITTLE_ENDIAN, kernel, 0, Samples.xz(kernel));
        file[file.length / 2] ^= 1;
        assertThatThrownBy(() -> KernelImage.of(file))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("xz data is damaged");
    }

    @ParameterizedTest
    @CsvSource({"true,xz", "false,xz", "true,gzip", "false,gzip"})
    void aBzImage(boolean wide, String packing) throws Exception {
        byte[] text = Samples.codeLike(new Random(3), 100_000);
        long virtual = wide ? 0xffff_ffff_8100_0000L : 0xc100_0000L;
        byte[] elf = Samples.elf(
                wide ? 62 : 3, wide ? 64 : 32, ByteOrder.LITTLE_ENDIAN, 0x100_0000, virtual, 0x100_0000, text, 777);
        boolean gzip = packing.equals("gzip");
        byte[] file = Samples.bzImage(wide, gzip ? Samples.gzip(elf) : Samples.xz(elf), elf.length, gzip);
        KernelImage image = KernelImage.of(file);
        assertThat(image.kind()).isEqualTo(Kind.UNPACKED_ELF);
        assertThat(image.architecture()).isEqualTo(wide ? Architecture.AMD64 : Architecture.I386);
        assertThat(image.entry()).isEqualTo(0x100_0000);
        LoadSegment segment = image.segments().getFirst();
        assertThat(segment.virtualAddress()).isEqualTo(virtual);
        assertThat(segment.bytes()).isEqualTo(text);
        assertThat(segment.zeroFill()).isEqualTo(777);
        assertThat(image.setup().capacity()).isEqualTo(1536);
        assertThat(image.setup().get(0x202)).isEqualTo((byte) 'H');

        KernelImage packed = KernelImage.ofPacked(file);
        assertThat(packed.architecture()).isEqualTo(image.architecture());
        assertThat(packed.kind()).isEqualTo(Kind.LOADER);
        assertThat(packed.entry()).isEqualTo(0x10_0000);
        assertThat(packed.segments().getLast().size()).isEqualTo(file.length - 1536);
    }

    @Test
    void aCompressedVmlinux() throws Exception {
        byte[] text = Samples.codeLike(new Random(3), 10_000);
        byte[] elf = Samples.elf(8, 32, ByteOrder.LITTLE_ENDIAN, 0x8010_0400L, 0x8010_0000L, 0x8010_0000L, text, 0);
        assertThat(KernelImage.of(elf).kind()).isEqualTo(Kind.ELF);
        assertThat(KernelImage.of(Samples.gzip(elf)).segments().getFirst().bytes())
                .isEqualTo(text);
    }

    @Test
    void anotherArchitecture() throws Exception {
        byte[] elf = Samples.elf(22, 64, ByteOrder.BIG_ENDIAN, 0x1_0000, 0x1_0000, 0x1_0000, new byte[64], 0);
        assertThatThrownBy(() -> KernelImage.of(elf).require(Architecture.MIPSEL))
                .isInstanceOf(ImageException.class)
                .hasMessage("the kernel is for s390x, not for mipsel");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "not a kernel\n", "\u007fELF", "\u007fELF\1\1", "!<arch>\n", "070701"})
    void noKernel(String text) throws Exception {
        Path file = folder.resolve("file");
        Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> KernelImage.open(file))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("kernel " + file + ": ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void noFile() {
        assertThatThrownBy(() -> KernelImage.open(folder.resolve("none")))
                .isInstanceOf(ImageException.class)
                .hasMessageEndingWith("none: no such file");
        assertThatThrownBy(() -> KernelImage.open(folder))
                .isInstanceOf(ImageException.class)
                .hasMessageEndingWith("is a directory");
    }

    @Test
    void aUserProgramIsNoKernel() {
        byte[] elf = Samples.elf(8, 32, ByteOrder.LITTLE_ENDIAN, 0x40_0000, 0x40_0000, 0x40_0000, new byte[64], 0);
        assertThatThrownBy(() -> KernelImage.of(elf)).hasMessageContaining("not a kernel");
    }
}
