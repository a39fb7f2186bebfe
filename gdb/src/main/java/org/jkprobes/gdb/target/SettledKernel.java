package org.jkprobes.gdb.target;

import java.util.Optional;
import java.util.function.LongFunction;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * Waits until a kernel stays where it is, and is certain to be the one that runs. A MIPS kernel that moves itself ({@code
 * arch/mips/kernel/relocate.c}) first runs where it was loaded, for some hundredths of a second, and leaves its image behind, in memory
 * that it puts to other use: the vectors of exceptions may be there. Other kernels have been moved by what has unpacked them.
 */
public final class SettledKernel {
    /** Looks in a row, a hundredth of a second apart or more, at which the pc has to be in the same kernel. */
    private static final int LOOKS = 12;
    /** As many, in a row or not, if programs run, so that it has moved, and the pc was in different pages: vectors are in one. */
    private static final int LOOKS_WITH_PROGRAMS = 2;
    /** Looks at which the pc is elsewhere, until the kernel is searched for again. */
    private static final int LOST = 3;

    private static final int PAGE_SHIFT = 12;
    /** Functions that are looked at: of an image that was left behind, some are no longer there. */
    private static final int SAMPLES = 128;

    private final GdbTarget target;
    private final PatientSearch search;
    private final boolean mayMove;
    private final boolean wide;
    private @Nullable KernelSymbols candidate;
    private boolean programs;
    private boolean spread;
    private long page;
    private int seen;
    private int lost;

    /** Of a way to find the kernel whose text a pc is in. */
    public SettledKernel(GdbTarget target, LongFunction<Optional<KernelSymbols>> search) {
        this.target = target;
        mayMove = target.architecture().startsWith("mips");
        wide = target.wordBytes() == 8;
        boolean decoded = mayMove && !wide;
        this.search =
                new PatientSearch(decoded ? pc -> search.apply(pc).filter(this::isWhole) : search, System::nanoTime);
    }

    /**
     * The kernel, if it is certain now; to be asked now and then while the guest runs. The pc is in it then: a MIPS that executes a
     * program lets nobody read its kernel.
     */
    public Optional<KernelSymbols> around(long pc) {
        if (!mayMove) {
            return search.around(pc);
        }
        if (wide ? pc > 0 : pc >>> 31 == 0) {
            programs = true;
            return Optional.empty();
        }
        KernelSymbols known = candidate;
        if (known == null || !known.isText(pc) && ++lost >= LOST) {
            Optional<KernelSymbols> found = search.around(pc);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            candidate = found.get();
            if (known == null || !known.text().equals(found.get().text())) {
                seen = 0;
                spread = false;
                page = pc >>> PAGE_SHIFT;
            }
            lost = 0;
            known = candidate;
        }
        if (!known.isText(pc)) {
            seen = programs ? seen : 0;
            return Optional.empty();
        }
        lost = 0;
        seen++;
        spread |= page != pc >>> PAGE_SHIFT;
        return seen > LOOKS || programs && spread && seen >= LOOKS_WITH_PROGRAMS
                ? Optional.of(known)
                : Optional.empty();
    }

    /** Whether functions begin with instructions; not of 64 bits, which nobody decodes. */
    private boolean isWhole(KernelSymbols found) {
        long[] functions = found.all()
                .mapToLong(Symbol::address)
                .filter(found::isText)
                .distinct()
                .toArray();
        for (int i = 0; i < SAMPLES && functions.length > 0; i++) {
            int word = target.memory().readInt(functions[(int) ((long) i * functions.length / SAMPLES)], -1);
            if (!MipsInstruction.of(word).isDefined()) {
                return false;
            }
        }
        return true;
    }
}
