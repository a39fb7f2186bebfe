package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.INTERRUPT_WAITS;
import static org.jkprobes.machine.cpu.x86.X86Slots.KERNEL_GS_BASE;
import static org.jkprobes.machine.cpu.x86.X86Slots.NEW_FLAGS;
import static org.jkprobes.machine.cpu.x86.X86Slots.SYSTEM_FLAGS;
import static org.jkprobes.machine.cpu.x86.X86Slots.T0;
import static org.jkprobes.machine.cpu.x86.X86Slots.T1;
import static org.jkprobes.machine.cpu.x86.X86Slots.T2;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;
import org.jkprobes.machine.engine.Vcpu;

/**
 * What a kernel does at every system call, and may always do at privilege 0; elsewhere {@link FlagRules} and {@link FastSystemCalls} say who may. And
 * RDTSC, which programs may, too, unless the mode says otherwise.
 */
final class PrivilegedLifter {
    /** System flags that POPF may change at privilege 0. */
    private static final long POPPED = Flag.TF | Flag.IF | Flag.IOPL | Flag.NT | Flag.AC | Flag.ID;

    private static final int GS_BASE = X86Slots.SEGMENT_BASE + Segment.GS;

    private final X86Emitter emit;
    private final OperandLifter operands;
    private BlockBuilder out = new BlockBuilder();
    private int mode;
    private boolean alone;
    private boolean followed;

    PrivilegedLifter(X86Emitter emit, OperandLifter operands) {
        this.emit = emit;
        this.operands = operands;
    }

    /** {@code single}: the block is one instruction, which runs alone. */
    void begin(BlockBuilder into, int cpuMode, boolean single) {
        out = into;
        mode = cpuMode;
        alone = single;
        followed = false;
    }

    /** Whether the block goes on behind the next instruction: no interrupt comes before that is done. */
    void followed(boolean so) {
        followed = so;
    }

    /** Lifts an instruction; false if it is none of these, or not allowed here. */
    boolean lift(X86Instruction i) {
        if (i.op() == X86Op.RDTSC && (mode & ModeBits.NO_TIME_STAMP) == 0) {
            timeStamp();
            return true;
        }
        if ((mode & ModeBits.UNPRIVILEGED) != 0) {
            return false;
        }
        switch (i.op()) {
            case CLI -> out.immediate(Op.ANDI64, SYSTEM_FLAGS, SYSTEM_FLAGS, ~(int) Flag.IF);
            case STI -> {
                // The last of a block would have to hold interrupts off.
                if (alone || !followed) {
                    return false;
                }
                out.immediate(Op.RAISE_IF, X86Slots.ZERO, INTERRUPT_WAITS, Vcpu.NONE);
                out.immediate(Op.ORI, SYSTEM_FLAGS, SYSTEM_FLAGS, (int) Flag.IF);
            }
            case POPF -> {
                if (alone || i.stackBits() == 16) {
                    return false;
                }
                popFlags(i.stackBits());
            }
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

    private void timeStamp() {
        out.immediate(Op.TIME, T0, X86Slots.TSC_OFFSET, out.instructions() - 1);
        out.immediate(Op.MOV, X86Slots.RAX, T0, 0);
        out.immediate(Op.SHRI64, X86Slots.RDX, T0, 32);
    }

    /** POPF that changes no system flag but IF, and sets that only if nobody waits for it; any other runs alone. */
    private void popFlags(int width) {
        operands.loadPopped(width, T0);
        out.slots(Op.XOR, T1, T0, SYSTEM_FLAGS);
        out.immediate(Op.ANDI, T1, T1, (int) (POPPED & ~Flag.IF));
        out.immediate(Op.ANDI, T2, SYSTEM_FLAGS, (int) (Flag.SYSTEM & ~POPPED));
        out.slots(Op.OR, T1, T1, T2);
        out.slots(Op.AND, T2, T0, INTERRUPT_WAITS);
        out.slots(Op.OR, T1, T1, T2);
        out.immediate(Op.RAISE_IF, X86Slots.ZERO, T1, Vcpu.NONE);
        operands.moveStack(width / 8);
        out.immediate(Op.ANDI, T1, T0, (int) Flag.IF);
        out.immediate(Op.ANDI, SYSTEM_FLAGS, SYSTEM_FLAGS, (int) ~Flag.IF);
        out.slots(Op.OR, SYSTEM_FLAGS, SYSTEM_FLAGS, T1);
        out.immediate(Op.ANDI, X86Slots.DF, T0, (int) Flag.DF);
        out.immediate(Op.ANDI, NEW_FLAGS, T0, (int) Flag.ARITHMETIC);
        emit.newFlags();
    }
}
