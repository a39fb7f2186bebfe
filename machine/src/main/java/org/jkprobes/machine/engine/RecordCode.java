package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.R14;
import static org.jkprobes.machine.engine.X64Assembler.RAX;
import static org.jkprobes.machine.engine.X64Assembler.RBX;
import static org.jkprobes.machine.engine.X64Assembler.RCX;
import static org.jkprobes.machine.engine.X64Assembler.RDX;

import org.jkprobes.machine.Timeline;

/** Emits what records a hit: see {@link RecordedProbe}. */
final class RecordCode {
    private static final int TIME_SHIFT = Integer.numberOfTrailingZeros(Timeline.NS_PER_INSTRUCTION);

    private RecordCode() {}

    /**
     * Emits it at the start of a block that has been paid for.
     *
     * @param instructions of the block
     * @return the place of the jump that is taken if there is no room; nothing has been changed then
     */
    static int emit(RecordedProbe probe, int instructions, X64Assembler out, RegisterCache cache) {
        out.constant64(RAX, probe.control().address());
        out.load(true, RCX, RAX, RecordedProbe.POSITION);
        out.opMemory(true, X64Assembler.CMP, RCX, RAX, RecordedProbe.LIMIT);
        int full = out.jumpIf(X64Assembler.ABOVE_EQUAL);
        out.add(true, RDX, RCX, probe.stride);
        out.store(true, RDX, RAX, RecordedProbe.POSITION);
        // The time at which nothing is left of the budget, less what is, the block's instructions among it.
        out.add(true, RAX, R14, instructions);
        out.shift(true, X64Assembler.SHL, RAX, TIME_SHIFT);
        out.load(true, RDX, RBX, NativeFrame.TIME);
        out.op(true, X64Assembler.SUB, RDX, RAX);
        out.store(true, RDX, RCX, RecordedProbe.TIME);
        out.storeConstant(probe.header, RCX, RecordedProbe.HEADER);
        for (int i = 0; i < probe.slots(); i++) {
            out.store(true, cache.read(probe.slot(i)), RCX, RecordedProbe.SLOTS + i * Long.BYTES);
        }
        return full;
    }
}
