package org.jkprobes.symbols.kallsyms;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.target.Symbol;

/** Symbols of kernels that never were, in kallsyms order. */
final class SyntheticKernel {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz_0123456789.ABCXYZ";

    private SyntheticKernel() {}

    /** So many symbols from {@code _stext} to {@code _etext}, long names, aliases and duplicates among them. */
    static List<Symbol> symbols(DataModel model, int count, boolean perCpu, SplittableRandom random) {
        List<Symbol> symbols = new ArrayList<>();
        if (perCpu) {
            for (int i = 0; i < 50; i++) {
                symbols.add(new Symbol("per_cpu_" + i, i * 64L, 1, "", 'A'));
            }
        }
        long address = model.wordSize() == 4 ? 0x80100400L : 0xffffffff81000000L;
        symbols.add(new Symbol("_stext", address, 1, "", 'T'));
        while (symbols.size() < count - 1) {
            // Every digit occurs in a kernel's names.
            String name = symbols.size() < 100 ? "f0123456789_" + symbols.size() : name(random);
            symbols.add(new Symbol(name, address, 1, "", "tTtTW".charAt(random.nextInt(5))));
            address += random.nextInt(8) == 0 ? 0 : 4L * (1 + random.nextInt(200));
        }
        symbols.add(new Symbol("_etext", address + 64, 1, "", 'T'));
        return symbols;
    }

    private static String name(SplittableRandom random) {
        int length = random.nextInt(100) == 0 ? 200 + random.nextInt(300) : 1 + random.nextInt(30);
        StringBuilder name = new StringBuilder("s");
        for (int i = 1; i < length; i++) {
            name.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return name.toString();
    }
}
