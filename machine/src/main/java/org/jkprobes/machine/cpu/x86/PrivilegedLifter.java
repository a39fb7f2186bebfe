package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.KERNEL_GS_BASE;
import static org.jkprobes.machine.cpu.x86.X86Slots.SYSTEM_FLAGS;
import static org.jkprobes.machine.cpu.x86.X86Slots.T0;
import static org.jkprobes.machine.cpu.x86.X86Slots.T1;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;

/** What a kernel does at every system call, and may always do at privilege 0. Elsewhere {@link FlagRules} and {@link FastSystemCalls} say who may. */
final class PrivilegedLifter {
    private static final int GS_BASE = X86Slots.SEGMENT_BASE + Segment.GS;

    private final X86Emitter emit;
    private final OperandLifter operands;
    private BlockBuilder out = new BlockBuilder();
    private int mode;

    PrivilegedLifter(X86Emitter emit, OperandLifter operands) {
        this.emit = emit;
        this.operands = operands;
    }

    void begin(BlockBuilder into, int cpuMode) {
        out = into;
        mode = cpuMode;
    }

    /** Lifts an instruction; false if it is none of these, or not allowed here. */
    boolean lift(X86Instruction i) {
        if ((mode & ModeBits.UNPRIVILEGED) != 0) {
            return false;
        }
        switch (i.op()) {
            case CLI -> out.immediate(Op.ANDI64, SYSTEM_FLAGS, SYSTEM_FLAGS, ~(int) Flag.IF);
            case PUSHF -> {
                emit.compute(X86Helper.FLAGS, T0);
                out.slots(Op.OR, T0, T0, X86Slots.DF);
                out.immediate(Op.ANDI64, T1, SYSTEM_FLAGS, (int) ~(Flag.RF | Flag.VM));
                out.slots(Op.OR, T0, T0, T1);
                out.immediate(Op.ORI, T0, T0, (int) Flag.FIXED);
                operands.push(i.stackBits(), T0);
            }
            case SWAPGS -> {
                if ((mode & ModeBits.LONG) == 0) {
                    return false;
                }
                emit.copy(T0, GS_BASE);
                emit.copy(GS_BASE, KERNEL_GS_BASE);
                emit.copy(KERNEL_GS_BASE, T0);
            }
            default -> {
                return false;
            }
        }
        return true;
    }
}
