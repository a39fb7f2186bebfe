package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jkprobes.isa.x86.X86Mode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All executable sections of Debian's x86 kernels: each instruction has the length and the text objdump gives it. */
@Tag("kernel")
@Tag("oracle")
class X86TextTest {
    private static final int SHF_EXECINSTR = 4;

    @ParameterizedTest
    @CsvSource({"I386, BITS32, 3000000", "AMD64, BITS64, 6800000"})
    void the_whole_text(Architecture architecture, X86Mode mode, long atLeast) throws Exception {
        byte[] file = Files.readAllBytes(
                DebianKernels.fetchFor(architecture, System.err::println).kernel());
        List<byte[]> kernel = new ArrayList<>();
        BzImage.read(file).unpacked((_, unpack) -> {
            kernel.add(unpack.unpack());
            return kernel.getFirst();
        });

        long compared = 0;
        for (Section section : executable(kernel.getFirst())) {
            byte[] code = Arrays.copyOfRange(kernel.getFirst(), section.offset(), section.offset() + section.size());
            ObjdumpComparison comparison = ObjdumpComparison.ofText(code, mode, section.address());
            assertThat(comparison.samples())
                    .as("section at %x", section.address())
                    .isEmpty();
            assertThat(comparison.texts()).isZero();
            compared += comparison.compared();
        }
        assertThat(compared).isGreaterThan(atLeast);
    }

    private record Section(long address, int offset, int size) {}

    /** The sections that hold instructions (ELF gABI, section headers). */
    private static List<Section> executable(byte[] elf) throws ImageException {
        Bytes bytes = new Bytes(elf, ByteOrder.LITTLE_ENDIAN);
        boolean wide = elf[4] == 2;
        long table = wide ? bytes.u64(40) : bytes.u32(32);
        int entry = bytes.u16(wide ? 58 : 46);
        int count = bytes.u16(wide ? 60 : 48);
        List<Section> sections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long at = table + (long) i * entry;
            if ((bytes.u32(at + 8) & SHF_EXECINSTR) != 0) {
                long address = wide ? bytes.u64(at + 16) : bytes.u32(at + 12);
                int offset = (int) (wide ? bytes.u64(at + 24) : bytes.u32(at + 16));
                int size = (int) (wide ? bytes.u64(at + 32) : bytes.u32(at + 20));
                sections.add(new Section(address, offset, size));
            }
        }
        return sections;
    }
}
