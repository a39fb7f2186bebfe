package org.jkprobes.machine.oracle;

import java.util.Locale;
import org.jkprobes.isa.mips.MipsDisassembler;

/** The last instructions our CPU ran, for the report of a divergence. */
final class History {
    private static final int LENGTH = 32;

    private final int[] pcs = new int[LENGTH];
    private final int[] words = new int[LENGTH];
    private long count;

    void add(int pc, int word) {
        int i = (int) (count++ % LENGTH);
        pcs[i] = pc;
        words[i] = word;
    }

    int lastPc() {
        return pcs[(int) ((count - 1) % LENGTH)];
    }

    int lastWord() {
        return words[(int) ((count - 1) % LENGTH)];
    }

    long count() {
        return count;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (long i = Math.max(0, count - LENGTH); i < count; i++) {
            int at = (int) (i % LENGTH);
            text.append(String.format(
                    Locale.ROOT,
                    "%n  #%d %08x: %08x  %s",
                    i,
                    pcs[at],
                    words[at],
                    MipsDisassembler.disassemble(words[at], pcs[at] & 0xFFFFFFFFL)));
        }
        return text.toString();
    }
}
