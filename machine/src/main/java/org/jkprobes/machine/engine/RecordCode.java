package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.RAX;
import static org.jkprobes.machine.engine.X64Assembler.RCX;
import static org.jkprobes.machine.engine.X64Assembler.RDX;

/** Emits what records a hit: see {@link RecordedProbe}. */
final class RecordCode {
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
        NativeEmitter.time(out, instructions);
        out.store(true, RDX, RCX, RecordedProbe.TIME);
        out.storeConstant(probe.header, RCX, RecordedProbe.HEADER);
        for (int i = 0; i < probe.slots(); i++) {
            out.store(true, cache.read(probe.slot(i)), RCX, RecordedProbe.SLOTS + i * Long.BYTES);
        }
        return full;
    }
}
