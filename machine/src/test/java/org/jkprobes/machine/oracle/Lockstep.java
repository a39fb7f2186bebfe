package org.jkprobes.machine.oracle;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Moves our CPU along QEMU's trace and compares before every instruction (or block): PC, delay slot, GPRs, HI, LO and CP0
 * Status, Cause, EPC.
 *
 * <p>How the two sides meet: QEMU may print a state and then not run it (a due timer, a device access that needs a new
 * translation): the next dump has the same PC, or is the interrupt's vector. An instruction fetch that faults is not printed
 * at all: our CPU is then moved once more.
 */
final class Lockstep {
    /** Longest block QEMU translates, with room for exceptions on the way. */
    private static final int LONGEST_BLOCK = 600;

    private static final int EXCEPTION_CODE = 0x7C;
    private static final int EXL = 2;

    private final QemuTrace trace;
    private final CpuUnderTest cpu;
    private final boolean blocks;
    private final History history = new History();
    private final TreeMap<Integer, Integer> adopted = new TreeMap<>(Integer::compareUnsigned);
    private TraceState current = new TraceState();
    private TraceState next = new TraceState();
    private TraceState after = new TraceState();

    Lockstep(QemuTrace trace, CpuUnderTest cpu, boolean blocks) {
        this.trace = trace;
        this.cpu = cpu;
        this.blocks = blocks;
    }

    /** Skips QEMU's boot stub, which runs no faulting instruction, and gives our CPU its state at {@code entry}. */
    void startAt(int entry) throws IOException {
        long retired = 0;
        if (!trace.next(current)) {
            throw new IOException("QEMU printed nothing");
        }
        while (current.pc != entry) {
            if (!trace.next(next)) {
                throw new IOException("QEMU never came to " + Integer.toHexString(entry));
            }
            retired += next.pc == current.pc ? 0 : stubInstructions(current.pc, next.pc);
            swap();
        }
        cpu.start(current, retired);
    }

    /** With block dumps the stub's instructions are counted by address: it is straight but for its first jump. */
    private long stubInstructions(int from, int to) {
        if (!blocks) {
            return 1;
        }
        int distance = to - from >> 2;
        return distance > 0 && distance < 64 ? distance : 2;
    }

    /** Compares until our CPU has run {@code limit} instructions, or both are at {@code end}, or QEMU ends. */
    void run(long limit, int end) throws IOException {
        if (blocks) {
            runBlocks(limit);
        } else {
            runSteps(limit, end);
        }
    }

    private void runSteps(long limit, int end) throws IOException {
        while (history.count() < limit) {
            if (!trace.next(next)) {
                return;
            }
            if (next.pc == current.pc) {
                swap();
                continue;
            }
            if (cpu.pc() != current.pc && cpu.pc() == next.pc) {
                swap(); // the interrupt came first
                continue;
            }
            check(current);
            step();
            if (cpu.pc() != next.pc && fetchFaults()) {
                step();
            }
            swap();
            if (current.pc == end) {
                check(current);
                return;
            }
        }
    }

    private void check(TraceState state) {
        String difference = difference(state);
        if (!difference.isEmpty() && !adopt(state)) {
            throw new Divergence(report(difference));
        }
    }

    /** Of equal dumps only the last counts, and it does not count if it is the one before an interrupt's vector. */
    private void runBlocks(long limit) throws IOException {
        check(current);
        boolean more = trace.next(next);
        while (more && history.count() < limit) {
            more = trace.next(after);
            if (same(current, next) || more && same(next, after)) {
                TraceState dropped = next;
                next = after;
                after = dropped;
                continue;
            }
            boolean interrupted = moveBlock(more);
            rotate();
            if (interrupted) {
                swap();
                more = trace.next(next);
            }
        }
    }

    private static boolean same(TraceState a, TraceState b) {
        return a.pc == b.pc && Arrays.equals(a.gpr, b.gpr) && a.hi == b.hi && a.lo == b.lo && a.hflags == b.hflags;
    }

    private void rotate() {
        TraceState t = current;
        current = next;
        next = after;
        after = t;
    }

    /** Moves our CPU to where QEMU went on; true if QEMU took an interrupt there instead. */
    private boolean moveBlock(boolean more) {
        String first = "";
        for (int i = 0; i < LONGEST_BLOCK; i++) {
            step();
            if (cpu.pc() == next.pc && cpu.inDelaySlot() == next.inDelaySlot()) {
                String difference = difference(next);
                if (difference.isEmpty() || adopt(next)) {
                    return false;
                }
                first = first.isEmpty() ? difference : first;
            }
            if (more
                    && cpu.pc() == after.pc
                    && interrupted(after)
                    && difference(after).isEmpty()) {
                return true;
            }
        }
        throw new Divergence(report(first.isEmpty() ? " QEMU went on to " + hex(next.pc) : first));
    }

    /** Whether QEMU printed a block at {@link #next} but took an interrupt instead. */
    private boolean interrupted(TraceState vector) {
        int delay = vector.cause < 0 ? 4 : 0;
        return (vector.cause & EXCEPTION_CODE) == 0 && vector.epc + delay == next.pc;
    }

    private void step() {
        int pc = cpu.pc();
        history.add(pc, cpu.instruction(pc));
        cpu.step();
    }

    /** Whether QEMU's next state is the fetch exception of the instruction our CPU stands at. */
    private boolean fetchFaults() {
        int code = (next.cause & EXCEPTION_CODE) >> 2;
        boolean fetch = code == 2 || code == 4;
        int delay = next.cause < 0 ? 4 : 0;
        return fetch && (next.status & EXL) != 0 && next.epc + delay == cpu.pc();
    }

    /** Takes over a loaded value if it came from a device, and nothing else differs. */
    private boolean adopt(TraceState state) {
        if (history.count() == 0 || !cpu.lastLoadWasFromDevice()) {
            return false;
        }
        int rt = history.lastWord() >> 16 & 31;
        cpu.adoptGpr(rt, state.gpr[rt]);
        adopted.merge(history.lastPc(), 1, Integer::sum);
        return difference(state).isEmpty();
    }

    /** What differs, "" if nothing does. */
    private String difference(TraceState q) {
        boolean equal = cpu.pc() == q.pc
                && cpu.hi() == q.hi
                && cpu.lo() == q.lo
                && cpu.inDelaySlot() == q.inDelaySlot()
                && cpu.cp0(12, 0) == q.status
                && cpu.cp0(13, 0) == q.cause
                && cpu.cp0(14, 0) == q.epc;
        for (int r = 1; r < 32 && equal; r++) {
            equal = cpu.gpr(r) == q.gpr[r];
        }
        return equal ? "" : describe(q);
    }

    private String describe(TraceState q) {
        StringBuilder text = new StringBuilder();
        compare(text, "pc", cpu.pc(), q.pc);
        compare(text, "hi", cpu.hi(), q.hi);
        compare(text, "lo", cpu.lo(), q.lo);
        compare(text, "in delay slot", cpu.inDelaySlot() ? 1 : 0, q.inDelaySlot() ? 1 : 0);
        compare(text, "Status", cpu.cp0(12, 0), q.status);
        compare(text, "Cause", cpu.cp0(13, 0), q.cause);
        compare(text, "EPC", cpu.cp0(14, 0), q.epc);
        for (int r = 1; r < 32; r++) {
            compare(text, "$" + r, cpu.gpr(r), q.gpr[r]);
        }
        return text.toString();
    }

    private static void compare(StringBuilder text, String name, int ours, int theirs) {
        if (ours != theirs) {
            text.append(' ')
                    .append(name)
                    .append(" is ")
                    .append(hex(ours))
                    .append(", QEMU has ")
                    .append(hex(theirs));
            text.append(';');
        }
    }

    private String report(String difference) {
        return "after %d instructions (%d retired) at %s:%s%s%n  %s: %s"
                .formatted(history.count(), cpu.retired(), hex(current.pc), difference, history, hex(cpu.pc()), "here");
    }

    private static String hex(int value) {
        return String.format(Locale.ROOT, "%08x", value);
    }

    private void swap() {
        TraceState t = current;
        current = next;
        next = t;
    }

    long instructions() {
        return history.count();
    }

    /** Where device values were taken over from QEMU: PC, number of times. */
    SortedMap<Integer, Integer> adopted() {
        return adopted;
    }
}
