package org.jkprobes.machine.cpu.mips;

import static org.jkprobes.machine.cpu.mips.MipsSlots.BRANCH_TARGET;
import static org.jkprobes.machine.cpu.mips.MipsSlots.CONDITION;
import static org.jkprobes.machine.cpu.mips.MipsSlots.T0;
import static org.jkprobes.machine.cpu.mips.MipsSlots.ZERO;

import java.util.function.LongToIntFunction;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.machine.engine.Op;

/**
 * Lifts MIPS32r2 to micro-ops, a block at a time: the flow between instructions. What single instructions do is in
 * {@link StraightLifter} and {@link SystemLifter}.
 *
 * <p>A branch and a plain instruction in its delay slot are one piece: the branch's operands are looked at before or, where the
 * slot does not change them, after the slot. All else (a limit or a page's end between the two, a probe or a system instruction in
 * the slot, branch-likely) is split: the branch sets {@link MipsSlots#BRANCH_TARGET} and the mode, and the slot is a block of its
 * own.
 */
final class MipsLifter {
    private static final int PAGE_MASK = 0xfff;

    private final LongToIntFunction original;
    private final FetchOverlay overlay;
    /** Breakpoints and probes are not seen: one is stepped over. */
    private boolean blind;

    private BlockBuilder out;
    private long start;
    private long pc;
    private long physical;

    /** From what fetches the word at a physical address, without breakpoints, and the overlay that holds those. */
    MipsLifter(LongToIntFunction original, FetchOverlay overlay) {
        this.original = original;
        this.overlay = overlay;
        out = new BlockBuilder();
    }

    void lift(BlockBuilder into, long startPc, long startPhysical, int mode, int limit) {
        out = into;
        start = startPc;
        pc = startPc;
        physical = startPhysical;
        out.begin(startPc, startPhysical);
        blind = (mode & MipsMode.IN_PLACE) != 0;
        if ((mode & MipsMode.ANY_SLOT) != 0) {
            liftSlot(mode);
            return;
        }
        boolean user = (mode & MipsMode.USER) != 0;
        boolean cp0 = !user || (mode & MipsMode.CU0) != 0;
        while (true) {
            boolean first = out.instructions() == 0;
            if (!first && (out.instructions() >= limit || (pc & PAGE_MASK) == 0 || cutAt(0))) {
                jump(pc);
                return;
            }
            out.instruction(4);
            if (first && cutAt(0) && !enterCut()) {
                return;
            }
            int word = original.applyAsInt(physical);
            if (StraightLifter.lift(out, word)) {
                pc += 4;
                physical += 4;
            } else if (MipsBranch.isBranch(word)) {
                liftBranch(word, limit);
                return;
            } else if (MipsWord.isBreak(word) && FetchOverlay.isSlot(physical)) {
                out.uncounted();
                out.immediate(Op.BREAKPOINT, ZERO, ZERO, MipsWord.breakCode(word));
                return;
            } else if (!user && StatusLifter.lift(out, word)) {
                jump(pc + 4);
                return;
            } else if (SystemLifter.lift(out, word, cp0)) {
                if (SystemLifter.endsBlock(word)) {
                    out.exit0(pc + 4 & 0xffffffffL, false);
                    out.immediate(Op.EXIT, ZERO, ZERO, 0);
                    return;
                }
                pc += 4;
                physical += 4;
            } else {
                return;
            }
        }
    }

    private boolean cutAt(int offset) {
        return !blind && overlay.cuts(physical + offset, pc + offset);
    }

    /** Something stands before the current instruction; whether the instruction follows it. A watch wins over a probe, a probe over a breakpoint. */
    private boolean enterCut() {
        int probe = overlay.probeAt(physical, pc);
        if (probe != FetchOverlay.NONE && !overlay.watched(physical, pc)) {
            out.probe(probe);
            return true;
        }
        byte[] patch = overlay.at(physical, pc);
        out.uncounted();
        out.immediate(Op.BREAKPOINT, ZERO, ZERO, patch == null ? 0 : MipsWord.breakCode(MipsWord.of(patch, 0)));
        return false;
    }

    /** A block that starts in a delay slot: the instruction (unless nullified), then the branch's target. */
    private void liftSlot(int mode) {
        out.instruction(4);
        out.inDelaySlot();
        if ((mode & MipsMode.NULLIFIED) == 0) {
            if (cutAt(0) && !enterCut()) {
                return;
            }
            int word = original.applyAsInt(physical);
            boolean cp0 = (mode & MipsMode.USER) == 0 || (mode & MipsMode.CU0) != 0;
            if (!StraightLifter.lift(out, word)) {
                // A branch in a delay slot is unpredictable; here it is reserved, as in QEMU.
                if (MipsBranch.isBranch(word)) {
                    out.immediate(Op.RAISE, ZERO, ZERO, MipsException.RESERVED_INSTRUCTION);
                    return;
                }
                if (!SystemLifter.lift(out, word, cp0)) {
                    return;
                }
            }
        }
        out.immediate(Op.HELPER, ZERO, ZERO, MipsHelper.LEAVE_SLOT);
        out.immediate(Op.EXITR, ZERO, BRANCH_TARGET, 0);
    }

    private void liftBranch(int word, int limit) {
        long slotPc = pc + 4;
        boolean apart =
                MipsBranch.isLikely(word) || out.instructions() >= limit || (slotPc & PAGE_MASK) == 0 || cutAt(4);
        int slot = apart ? 0 : original.applyAsInt(physical + 4);
        if (apart || !StraightLifter.isStraight(slot)) {
            liftSplit(word);
        } else if (MipsBranch.isRegister(word)) {
            liftRegister(word, slot);
        } else if (MipsBranch.isUnconditional(word)) {
            link(word);
            lift(slot);
            jump(MipsBranch.target(word, pc));
        } else {
            liftConditional(word, slot);
        }
    }

    private void lift(int slot) {
        out.instruction(4);
        out.inDelaySlot();
        StraightLifter.lift(out, slot);
    }

    private void liftRegister(int word, int slot) {
        int rs = MipsWord.rs(word);
        int link = MipsBranch.link(word);
        if (link == ZERO && StraightLifter.destination(slot) != rs) {
            lift(slot);
            out.immediate(Op.JUMPR, ZERO, rs, 0);
            return;
        }
        out.slots(Op.MOV, BRANCH_TARGET, rs, ZERO);
        link(word);
        lift(slot);
        out.immediate(Op.JUMPR, ZERO, BRANCH_TARGET, 0);
    }

    private void liftConditional(int word, int slot) {
        MipsBranch.Test test = MipsBranch.test(word);
        int written = StraightLifter.destination(slot);
        boolean early = written != ZERO && (written == test.a() || written == test.b());
        if (early) {
            condition(test);
        }
        link(word);
        lift(slot);
        exits(word);
        if (early) {
            out.slots(Op.BNE, ZERO, CONDITION, ZERO);
        } else {
            out.slots(test.branch(), ZERO, test.a(), test.b());
        }
    }

    private void exits(int word) {
        long next = pc + 8 & 0xffffffffL;
        long target = MipsBranch.target(word, pc);
        out.exit0(next, chains(next));
        out.exit1(target, chains(target));
    }

    private void condition(MipsBranch.Test test) {
        int set = test.branch() == Op.BEQ ? Op.SETEQ : test.branch() == Op.BNE ? Op.SETNE : Op.SETLT;
        out.slots(set, CONDITION, test.a(), test.b());
        if (test.branch() == Op.BGE) {
            out.immediate(Op.XORI, CONDITION, CONDITION, 1);
        }
    }

    private void liftSplit(int word) {
        if (MipsBranch.isRegister(word)) {
            out.slots(Op.MOV, BRANCH_TARGET, MipsWord.rs(word), ZERO);
            out.immediate(Op.CONST, CONDITION, ZERO, 1);
        } else {
            if (MipsBranch.isUnconditional(word)) {
                out.immediate(Op.CONST, CONDITION, ZERO, 1);
            } else {
                condition(MipsBranch.test(word));
            }
            out.immediate(Op.CONST, T0, ZERO, (int) MipsBranch.target(word, pc));
            out.immediate(Op.CONST, BRANCH_TARGET, ZERO, (int) (pc + 8));
            out.slots(Op.MOVN, BRANCH_TARGET, T0, CONDITION);
        }
        link(word);
        int likely = MipsBranch.isLikely(word) ? 1 : 0;
        out.immediate(Op.HELPER, ZERO, CONDITION, MipsHelper.ENTER_SLOT | likely << MipsHelper.SHIFT);
        out.exit0(pc + 4 & 0xffffffffL, false);
        out.immediate(Op.EXIT, ZERO, ZERO, 0);
    }

    private void link(int word) {
        int register = MipsBranch.link(word);
        if (register != ZERO) {
            out.immediate(Op.CONST, register, ZERO, (int) (pc + 8));
        }
    }

    private void jump(long target) {
        long wrapped = target & 0xffffffffL;
        out.exit0(wrapped, chains(wrapped));
        out.immediate(Op.JUMP, ZERO, ZERO, 0);
    }

    /** Inside a page, and between unmapped addresses, no change of mappings can come between the two blocks. */
    private boolean chains(long target) {
        return ((target ^ start) & ~PAGE_MASK) == 0 || unmapped(target) && unmapped(start);
    }

    private static boolean unmapped(long address) {
        return address >= 0x80000000L && address < 0xc0000000L;
    }
}
