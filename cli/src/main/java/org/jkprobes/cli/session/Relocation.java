package org.jkprobes.cli.session;

import java.util.OptionalLong;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.target.Symbol;

/**
 * Where a relocatable MIPS kernel finds out how far it has moved: its entry code calls {@code relocate_kernel} and jumps to the
 * address of {@code start_kernel} that it returns in {@code v0} ({@code arch/mips/kernel/head.S}).
 */
final class Relocation {
    /** {@code jr v0} and {@code jr.hb v0}, which differ in the hint. */
    private static final int JR_V0 = 0x00400008;

    private static final int HINT = 0x1f << 6;
    private static final int WORDS = 256;

    private Relocation() {}

    /** The address of that jump, or empty if the kernel does not move itself. */
    static OptionalLong jump(KernelSymbols symbols, MemoryReader image, long entry) {
        if (symbols.find("relocate_kernel").isEmpty()) {
            return OptionalLong.empty();
        }
        byte[] word = new byte[4];
        for (long at = entry; at < entry + 4L * WORDS && image.read(at, word, 0, 4) == 4; at += 4) {
            int value = word[0] & 0xff | (word[1] & 0xff) << 8 | (word[2] & 0xff) << 16 | word[3] << 24;
            if ((value & ~HINT) == JR_V0) {
                return OptionalLong.of(at);
            }
        }
        return OptionalLong.empty();
    }

    /** How far the kernel has moved, by the address it jumps to. */
    static long delta(KernelSymbols symbols, long target) {
        long linked = symbols.find("start_kernel").map(Symbol::address).orElse(target);
        return (long) (int) target - (int) linked;
    }
}
