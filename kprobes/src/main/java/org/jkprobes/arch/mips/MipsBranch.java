package org.jkprobes.arch.mips;

import org.jkprobes.arch.Step;
import org.jkprobes.isa.mips.Fields;
import org.jkprobes.isa.mips.Flow;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.target.PtRegs;

/**
 * A branch or jump: decided here from the registers. The guest goes on in the delay slot, with the branch pending: so the slot runs in
 * place, may have a probe of its own, and a fault in it is the branch's. A branch-likely that is not taken goes on behind its slot.
 */
final class MipsBranch extends MipsProbed {
    private final boolean wide;

    MipsBranch(Word word, boolean wide) {
        super(word);
        this.wide = wide;
    }

    /** Whether it is a branch that depends on general registers only. */
    static boolean emulates(MipsInstruction instruction) {
        return instruction.flow().hasDelaySlot() && instruction.coprocessor() < 0;
    }

    @Override
    public boolean emulate(PtRegs regs, Step step) {
        long slot = next();
        long behind = slot + MipsArch.INSTRUCTION_BYTES;
        int bits = word.word();
        Flow flow = word.instruction().flow();
        boolean taken = taken(bits, regs);
        long target = taken ? target(bits, flow, regs) : behind;
        if (flow.isCall()) {
            // The source register has been read: jalr may name one register twice only with unpredictable result.
            regs.set(flow == Flow.CALL_REGISTER ? Fields.rd(bits) : MipsRegisters.RA, behind);
        }
        if (!taken && flow.isLikely()) {
            regs.skipDelaySlot(slot, behind);
        } else {
            regs.enterDelaySlot(slot, target);
        }
        return true;
    }

    private boolean taken(int bits, PtRegs regs) {
        long a = signed(regs.get(Fields.rs(bits)));
        return switch (word.instruction().op()) {
            case BEQ, BEQL -> a == signed(regs.get(Fields.rt(bits)));
            case BNE, BNEL -> a != signed(regs.get(Fields.rt(bits)));
            case BLEZ, BLEZL -> a <= 0;
            case BGTZ, BGTZL -> a > 0;
            case BLTZ, BLTZL, BLTZAL, BLTZALL -> a < 0;
            case BGEZ, BGEZL, BGEZAL, BGEZALL -> a >= 0;
            case J, JAL, JR, JALR -> true;
            default -> throw new AssertionError(word.instruction().op());
        };
    }

    private long target(int bits, Flow flow, PtRegs regs) {
        if (flow == Flow.JUMP_REGISTER || flow == Flow.CALL_REGISTER) {
            return regs.get(Fields.rs(bits));
        }
        return flow.isBranch()
                ? width(next() + ((long) Fields.simm(bits) << 2))
                : next() & ~0xfffffffL | (long) Fields.index(bits) << 2;
    }

    private long signed(long value) {
        return wide ? value : (int) value;
    }

    private long width(long address) {
        return wide ? address : address & 0xffffffffL;
    }

    @Override
    public void prepareSingleStep(PtRegs regs, Step step) {
        throw new AssertionError("a branch is always emulated");
    }

    @Override
    public boolean resume(PtRegs regs, Step step) {
        return false;
    }

    @Override
    public boolean owns(PtRegs regs, Step step) {
        return false;
    }

    @Override
    public void restore(PtRegs regs, Step step) {
        step.toProbePoint(regs, address());
    }
}
