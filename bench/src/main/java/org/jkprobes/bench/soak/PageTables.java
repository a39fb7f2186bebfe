package org.jkprobes.bench.soak;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.cli.Guest;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.cpu.x86.X86Cpu;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbol;

/** Where the entries lie that translate an address, as physical addresses: from the outermost table to the last one there is. */
record PageTables(Guest guest, KernelSymbols symbols, ProbedCpu cpu) {
    private static final int PAGE_BITS = 12;
    private static final long PRESENT = 1;
    private static final long LARGE = 1 << 7;
    private static final long FRAME = 0x000f_ffff_ffff_f000L;
    private static final long FRAME_32 = 0xffff_f000L;
    private static final long PAE_TABLE = 0xffff_ffe0L;
    private static final long CR4_PAE = 1 << 5;
    private static final long EFER_LONG = 1 << 10;
    private static final long UNMAPPED = 0x1fff_ffffL;

    List<Long> entries(long address) {
        return cpu instanceof X86Cpu x86 ? walk(x86, address) : mips(address);
    }

    private List<Long> walk(X86Cpu x86, long address) {
        boolean wide = (x86.controlRegister(4) & CR4_PAE) != 0;
        boolean four = (x86.efer() & EFER_LONG) != 0;
        int bits = wide ? 9 : 10;
        int size = wide ? 8 : 4;
        long table = x86.controlRegister(3) & (four ? FRAME : wide ? PAE_TABLE : FRAME_32);
        List<Long> found = new ArrayList<>();
        for (int level = four ? 4 : wide ? 3 : 2; level > 0; level--) {
            long at = table + size * (address >>> PAGE_BITS + (level - 1) * bits & (1L << bits) - 1);
            if (!isRam(at)) {
                break;
            }
            found.add(at);
            long entry = word(at, size);
            if ((entry & PRESENT) == 0 || level < 4 && level > 1 && (entry & LARGE) != 0) {
                break;
            }
            table = entry & (wide ? FRAME : FRAME_32);
        }
        return found;
    }

    /** {@code arch/mips/include/asm/pgtable-32.h}: two levels of words, tables by unmapped addresses. */
    private List<Long> mips(long address) {
        List<Long> found = new ArrayList<>();
        String root = address >= 0xc000_0000L ? "swapper_pg_dir" : "pgd_current";
        long table = symbols.find(root).map(Symbol::address).orElse(0L) & UNMAPPED;
        if (root.equals("pgd_current") && isRam(table)) {
            table = word(table, 4) & UNMAPPED;
        }
        for (int shift : new int[] {22, PAGE_BITS}) {
            long at = table + 4 * (address >>> shift & 0x3ff);
            if (!isRam(at)) {
                break;
            }
            found.add(at);
            table = word(at, 4) & UNMAPPED & FRAME_32;
        }
        return found;
    }

    /** RAM lies from 0 on, on every board. */
    boolean isRam(long physical) {
        return physical >= 0 && physical + Long.BYTES <= (long) LoopingGuest.MIB << 20;
    }

    private long word(long physical, int size) {
        byte[] bytes = new byte[size];
        cpu.readRam(physical, bytes, 0, size);
        long word = 0;
        for (int i = size - 1; i >= 0; i--) {
            word = word << 8 | bytes[i] & 0xff;
        }
        return word;
    }
}
