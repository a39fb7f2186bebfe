package org.jkprobes.symbols.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.modules.SparseMemory;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MipsKernelMemoryTest {
    private static final long KERNEL = 0x8010_0000L;
    private static final long HANDLER = KERNEL + 0x1000;
    private static final long DIRECTORY = KERNEL + 0x20_0000;
    private static final long NO_ENTRIES = DIRECTORY + 0x1000;
    private static final long TABLE = 0x8150_0000L;

    private final SparseMemory memory = new SparseMemory(DataModel.LITTLE_32);
    private final KernelSymbols symbols = KernelSymbols.of(
            DataModel.LITTLE_32,
            List.of(
                    new Symbol("_stext", KERNEL, 1, "", 'T'),
                    new Symbol("handle_tlbl", HANDLER, 1, "", 'T'),
                    new Symbol("_etext", HANDLER + 0x200, 1, "", 'T')));

    private void kernel(int shift) {
        memory.map(KERNEL, 0x3000);
        int[] code = new MipsAssembler(HANDLER).add("""
                        lw    $k1, 0($at)
                        lw    $at, 4($at)
                        srl   $k1, $k1, %d
                        mtc0  $k1, $2
                        srl   $at, $at, %d
                        mtc0  $at, $3
                        """.formatted(shift, shift)).words();
        for (int i = 0; i < code.length; i++) {
            memory.u32(HANDLER + 4L * i, code[i]);
        }
        memory.map(NO_ENTRIES, 0x1000);
        memory.map(TABLE, 0x1000);
        for (int i = 0; i < 1024; i++) {
            memory.u32(DIRECTORY + 4L * i, i == 0x300 ? TABLE : NO_ENTRIES);
        }
        // A table that is full of pointers, but not of pages.
        for (int i = 0; i < 1024; i++) {
            memory.u32(KERNEL + 0x10_0000 + 4L * i, KERNEL + 8);
        }
    }

    private void mapPage(int number, long physical, int shift) {
        // EntryLo: PFN, coherency 3, dirty, valid, global.
        long entryLo = physical >>> 12 << 6 | 3 << 3 | 4 | 2 | 1;
        memory.u32(TABLE + 4L * number, entryLo << shift | 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6, 8})
    void readsWhatThePageTablesMap(int shift) {
        kernel(shift);
        mapPage(0, 0x0200_0000, shift);
        mapPage(1, 0x0300_0000, shift);
        mapPage(3, 0x0400_0000, shift);
        memory.string(0x8200_0ff8L, "01234567");
        memory.u8(0x8300_0000L, '8');
        memory.string(0x8400_0000L, "end");
        MipsKernelMemory kernelMemory = new MipsKernelMemory(memory, symbols);
        byte[] bytes = new byte[16];
        assertThat(kernelMemory.read(0xc000_0ff8L, bytes, 2, 9)).isEqualTo(9);
        assertThat(new String(bytes, 2, 9, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("012345678");
        assertThat(kernelMemory.read(0xffff_ffff_c000_3000L, bytes, 0, 3)).isEqualTo(3);
        assertThat(kernelMemory.read(0xc000_1ff0L, bytes, 0, 16)).isEqualTo(16);
        assertThat(kernelMemory.read(0xc000_1ff8L, bytes, 0, 16))
                .as("up to a hole")
                .isEqualTo(8);
        assertThat(kernelMemory.read(0xc000_2000L, bytes, 0, 4)).isZero();
        assertThat(kernelMemory.read(0xd000_0000L, bytes, 0, 4)).as("no table").isZero();
        assertThat(kernelMemory.read(0x0000_1000L, bytes, 0, 4))
                .as("user space")
                .isZero();
    }

    @Test
    void asksTheTargetFirst() {
        kernel(6);
        mapPage(0, 0x0200_0000, 6);
        memory.string(0x8200_0000L, "table");
        memory.string(0xc000_0000L, "tlb");
        byte[] bytes = new byte[3];
        assertThat(new MipsKernelMemory(memory, symbols).read(0xc000_0000L, bytes, 0, 3))
                .isEqualTo(3);
        assertThat(new String(bytes, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("tlb");
    }

    @Test
    void readsNothingThereBeforeTheKernelHasTables() {
        memory.map(KERNEL, 0x2000);
        assertThat(new MipsKernelMemory(memory, symbols).read(0xc000_0000L, new byte[4], 0, 4))
                .isZero();
    }
}
