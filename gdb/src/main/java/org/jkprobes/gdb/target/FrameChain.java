package org.jkprobes.gdb.target;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.target.Memory;

/** Walks the linked list of frames that compilers keep on the stack. */
final class FrameChain {
    private static final int DEEPEST = 64;

    private FrameChain() {}

    /**
     * Return addresses, the innermost first.
     *
     * @param link where the current function returns to
     * @param frame the first frame
     * @param next where in a frame the next one's address is
     * @param returns where in it a return address is
     */
    static List<Long> of(long link, long frame, Memory memory, int next, int returns) {
        List<Long> callers = new ArrayList<>();
        callers.add(link);
        long at = frame;
        while (at < 0 && callers.size() < DEEPEST) { // kernels are in the upper half
            long address = memory.readLong(at + returns, 0);
            if (address >= 0) {
                return callers;
            }
            if (address != link || callers.size() > 1) {
                callers.add(address);
            }
            long outer = memory.readLong(at + next, 0);
            if (Long.compareUnsigned(outer, at) <= 0) {
                return callers;
            }
            at = outer;
        }
        return callers;
    }
}
