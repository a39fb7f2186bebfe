package org.jkprobes.symbols.kallsyms;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;

/** Looks through the memory of a running guest, a few megabytes at a time, for kallsyms tables. */
final class MemorySearch {
    private static final int PAGE = 4096;
    private static final int CHUNK = 4 << 20;
    // Holds a whole token table with its index, so that none is cut in two.
    private static final int OVERLAP = 128 << 10;
    private static final int BEFORE_TOKENS = 24 << 20;
    private static final int BEHIND_TOKENS = 20 << 20;
    /** Within so much of them most kernels have all: memory may be slow to read. */
    private static final int NEAR_TOKENS = 4 << 20;

    private final MemoryReader memory;
    private final KernelSpace space;

    MemorySearch(MemoryReader memory, KernelSpace space) {
        this.memory = memory;
        this.space = space;
    }

    /**
     * The last tables in the range that belong to a wanted kernel.
     *
     * <p>The last, since a MIPS kernel that moves itself (arch/mips/kernel/relocate.c) leaves the image it
     * was loaded as behind, always below the place it moves to.
     */
    Optional<KernelSymbols> last(Predicate<KernelSymbols> wanted) {
        return search(wanted, false);
    }

    /** The first tables in the range that belong to a wanted kernel. */
    Optional<KernelSymbols> first(Predicate<KernelSymbols> wanted) {
        return search(wanted, true);
    }

    private Optional<KernelSymbols> search(Predicate<KernelSymbols> wanted, boolean first) {
        AddressRange range = space.search();
        Optional<KernelSymbols> last = Optional.empty();
        byte[] chunk = new byte[CHUNK];
        long from = range.start();
        while (range.contains(from)) {
            int length = (int) Math.min(CHUNK, range.end() - from);
            if (readMapped(from, chunk, length)) {
                ImageBytes bytes = new ImageBytes(chunk, space.model());
                Optional<TokenTable> tokens = TokenTable.find(bytes, 0);
                while (tokens.isPresent()) {
                    Optional<KernelSymbols> found =
                            around(from + tokens.get().start()).filter(wanted);
                    last = found.isPresent() ? found : last;
                    if (first && found.isPresent()) {
                        return found;
                    }
                    tokens = TokenTable.find(bytes, tokens.get().indexEnd());
                }
            }
            from += length <= OVERLAP ? length : length - OVERLAP;
        }
        return last;
    }

    /** Reads the tables around a token table. */
    private Optional<KernelSymbols> around(long tokenTable) {
        return around(tokenTable, NEAR_TOKENS, NEAR_TOKENS).or(() -> around(tokenTable, BEFORE_TOKENS, BEHIND_TOKENS));
    }

    private Optional<KernelSymbols> around(long tokenTable, int before, int behind) {
        AddressRange range = space.search();
        long start = Math.max(range.start(), tokenTable - before);
        long end = Math.min(range.end(), tokenTable + behind);
        byte[] bytes = new byte[(int) (end - start)];
        readMapped(start, bytes, bytes.length);
        ImageBytes image = new ImageBytes(bytes, space.model());
        return TokenTable.find(image, (int) (tokenTable - start)).flatMap(tokens -> Kallsyms.decode(image, tokens));
    }

    /** Fills the bytes, zeros where nothing is mapped; whether anything is. */
    private boolean readMapped(long address, byte[] into, int length) {
        boolean any = false;
        int done = 0;
        while (done < length) {
            int read = memory.read(address + done, into, done, length - done);
            any |= read > 0;
            done += read;
            if (done < length) {
                int nextPage = (int) Math.min(length, done + PAGE - (address + done & PAGE - 1));
                Arrays.fill(into, done, nextPage, (byte) 0);
                done = nextPage;
            }
        }
        Arrays.fill(into, length, into.length, (byte) 0);
        return any;
    }
}
