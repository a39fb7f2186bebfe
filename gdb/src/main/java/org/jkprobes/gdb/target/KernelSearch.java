package org.jkprobes.gdb.target;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.symbols.kallsyms.Kallsyms;

/**
 * Finds the kernel that a guest is running, wherever it has moved itself: its symbol tables lie behind the code that the pc is in. The
 * guest stands still.
 */
public final class KernelSearch {
    private static final long BLOCK = 2 << 20;
    /** From the first of a kernel's text to the last of its symbol tables. */
    private static final long REACH = 32L << 20;

    private static final int PIECE = 1 << 18;

    private final GdbTarget target;
    private final KernelSpace space;
    private final Map<Long, Boolean> mapped = new HashMap<>();
    /** What has been read in this search: tables are read again once they are found. */
    private final Map<Long, byte[]> pieces = new HashMap<>();

    public KernelSearch(GdbTarget target, GuestArchitecture architecture) {
        this.target = target;
        space = architecture.kernelSpace();
    }

    /** Whether a pc can be in a kernel at all. */
    public boolean plausible(long pc) {
        return space.search().contains(pc);
    }

    /** The kernel whose text the pc is in; empty if it is in none, or the kernel is not all there yet. */
    public Optional<KernelSymbols> around(long pc) {
        if (!plausible(pc)) {
            return Optional.empty();
        }
        AddressRange all = space.search();
        long end = Long.compareUnsigned(pc + REACH, all.end()) < 0 ? pc + REACH : all.end();
        long start = Long.compareUnsigned(pc - REACH, all.start()) > 0 ? pc - REACH & -4096 : all.start();
        try {
            return in(new AddressRange(pc & -4096, end), pc) // code that only starts the kernel is behind its tables
                    .or(() -> in(new AddressRange(start, end), pc));
        } finally {
            mapped.clear();
            pieces.clear();
        }
    }

    private Optional<KernelSymbols> in(AddressRange range, long pc) {
        try {
            return Optional.of(Kallsyms.inMemory(this::read, new KernelSpace(space.model(), range), pc));
        } catch (SymbolException e) {
            return Optional.empty();
        }
    }

    /** A kernel's first byte of a block tells whether any of it is mapped, and to ask a stub for each page would take long. */
    private int read(long address, byte[] into, int offset, int length) {
        if (!mapped.computeIfAbsent(address & -BLOCK, this::mapped)) {
            return 0;
        }
        int done = 0;
        while (done < length) {
            long at = address + done;
            byte[] piece = pieces.computeIfAbsent(at & -PIECE, this::piece);
            int from = (int) (at & PIECE - 1);
            int count = Math.min(length - done, piece.length - from);
            if (count <= 0) {
                return done;
            }
            System.arraycopy(piece, from, into, offset + done, count);
            done += count;
        }
        return done;
    }

    /** What is mapped of it, from its beginning on. */
    private byte[] piece(long start) {
        byte[] piece = new byte[PIECE];
        int count = target.memory().read(start, piece, 0, PIECE);
        return count == PIECE ? piece : Arrays.copyOf(piece, count);
    }

    private boolean mapped(long block) {
        byte[] few = new byte[1];
        return target.memory().read(block, few, 0, 1) == 1 || target.memory().read(block + BLOCK - 1, few, 0, 1) == 1;
    }
}
