package org.jkprobes.gdb.target;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.MemoryReader;

/**
 * Memory of a guest for as long as it stands still, for searches: a range is read in large pieces, which are kept, since to ask a stub
 * takes as long for a word as for a kilobyte. What is outside the range is read as it is asked for: there may be devices.
 */
public final class StillMemory implements MemoryReader {
    private static final int PIECE = 1 << 16;

    private final MemoryReader memory;
    private final AddressRange range;
    private final long addresses;
    private final Map<Long, byte[]> pieces = new HashMap<>();

    /** @param wordBytes of the guest's addresses */
    public StillMemory(MemoryReader memory, AddressRange range, int wordBytes) {
        this.memory = memory;
        this.range = range;
        addresses = wordBytes == 4 ? 0xffff_ffffL : -1;
    }

    @Override
    public int read(long address, byte[] into, int offset, int length) {
        int done = 0;
        while (done < length) {
            long at = address + done & addresses;
            long start = at & -PIECE;
            if (!range.contains(start) || !range.contains(start + PIECE - 1)) {
                return done + memory.read(at, into, offset + done, length - done);
            }
            byte[] piece = pieces.computeIfAbsent(start, this::piece);
            int from = (int) (at - start);
            int count = Math.min(length - done, piece.length - from);
            if (count <= 0) { // behind a hole
                return done + memory.read(at, into, offset + done, length - done);
            }
            System.arraycopy(piece, from, into, offset + done, count);
            done += count;
        }
        return done;
    }

    /** What is mapped of it, from its beginning on. */
    private byte[] piece(long start) {
        byte[] piece = new byte[PIECE];
        int count = memory.read(start, piece, 0, PIECE);
        return count == PIECE ? piece : Arrays.copyOf(piece, count);
    }
}
