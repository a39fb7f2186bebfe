package org.jkprobes.machine.cpu.mips;

import static org.jkprobes.machine.cpu.mips.MipsSlots.NOWHERE;
import static org.jkprobes.machine.cpu.mips.MipsSlots.T0;
import static org.jkprobes.machine.cpu.mips.MipsSlots.T1;
import static org.jkprobes.machine.cpu.mips.MipsSlots.ZERO;

import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;

/** Privileged instructions, exceptions on purpose, absent coprocessors and reserved instructions. (MIPS32 vol. II and III.) */
final class SystemLifter {
    private static final int MOVE_TO = 4;
    /** DI and EI. */
    private static final int INTERRUPTS = 11;

    private SystemLifter() {}

    /** Emits an instruction; false if it ends the block by itself: it raises an exception or sets pc. */
    static boolean lift(BlockBuilder out, int word, boolean cp0Usable) {
        return switch (MipsWord.opcode(word)) {
            case 0 -> special(out, word);
            case 1 -> registerImmediate(out, word);
            case 16 -> cp0Usable ? cp0(out, word) : raise(out, MipsException.coprocessorUnusable(0));
            case 17, 19, 49, 53, 57, 61 -> raise(out, MipsException.coprocessorUnusable(1));
            case 50, 54, 58, 62 -> raise(out, MipsException.coprocessorUnusable(2));
            case 31 -> special3(out, word, cp0Usable);
            case 47 -> cp0Usable || raise(out, MipsException.coprocessorUnusable(0)); // cache: nothing to see
            case 56 -> { // sc
                int rt = MipsWord.rt(word);
                out.immediate(Op.ADDI, T0, MipsWord.rs(word), MipsWord.immediate(word));
                out.slots(Op.MOV, T1, rt, ZERO);
                out.immediate(Op.HELPER, T1, T0, MipsHelper.SC);
                out.slots(Op.MOV, target(rt), T1, ZERO);
                yield true;
            }
            default -> reserved(out);
        };
    }

    /** Whether the machine, the mode or the mappings may have changed behind the instruction. */
    static boolean endsBlock(int word) {
        return switch (MipsWord.opcode(word)) {
            case 1 -> true; // synci
            case 16 ->
                (MipsWord.rs(word) & 0x10) != 0
                        || MipsWord.rs(word) == MOVE_TO && isSeen(register(word))
                        || MipsWord.rs(word) == INTERRUPTS && enablesInterrupts(word);
            default -> false;
        };
    }

    private static boolean enablesInterrupts(int word) {
        return (word & 0x20) != 0;
    }

    private static int register(int word) {
        return MipsWord.rd(word) << 3 | word & 7;
    }

    /** Whether writing a register may change time, interrupts, the mode or mappings. */
    private static boolean isSeen(int register) {
        return switch (register) {
            case Cp0.COUNT, Cp0.COMPARE, Cp0.CAUSE, Cp0.STATUS, Cp0.ENTRY_HI -> true;
            default -> false;
        };
    }

    private static boolean special(BlockBuilder out, int word) {
        return switch (MipsWord.function(word)) {
            case 0x01 -> raise(out, MipsException.coprocessorUnusable(1)); // movf, movt
            case 0x0c -> raise(out, MipsException.SYSCALL);
            case 0x30, 0x31, 0x34 ->
                MipsWord.rs(word) == MipsWord.rt(word)
                        ? raise(out, MipsException.TRAP) // always, such as a compiler's trap: teq zero,zero
                        : reserved(out);
            case 0x0d -> {
                out.immediate(Op.BREAKPOINT, ZERO, ZERO, MipsWord.breakCode(word));
                yield false;
            }
            default -> reserved(out);
        };
    }

    private static boolean registerImmediate(BlockBuilder out, int word) {
        int rs = MipsWord.rs(word);
        int imm = MipsWord.immediate(word);
        int set = switch (MipsWord.rt(word)) {
            case 0x08, 0x0a -> Op.SETLTI;
            case 0x09, 0x0b -> Op.SETLTUI;
            case 0x0c -> Op.SETEQ;
            case 0x0e -> Op.SETNE;
            case 0x1f -> Op.EXIT; // synci: code is always coherent here
            default -> -1;
        };
        if (set < 0) {
            return reserved(out);
        }
        if (set == Op.EXIT) {
            return true;
        }
        if (set == Op.SETLTI || set == Op.SETLTUI) {
            out.immediate(set, T0, rs, imm);
        } else {
            out.immediate(Op.CONST, T1, ZERO, imm);
            out.slots(set, T0, rs, T1);
        }
        if (MipsWord.rt(word) <= 0x09) {
            out.immediate(Op.XORI, T0, T0, 1);
        }
        out.immediate(Op.RAISE_IF, ZERO, T0, MipsException.TRAP);
        return true;
    }

    private static boolean special3(BlockBuilder out, int word, boolean cp0Usable) {
        int rd = MipsWord.rd(word);
        boolean known = rd <= 3 || rd == 29 && cp0Usable; // no UserLocal: Linux emulates it for user programs
        if (MipsWord.function(word) != 0x3b || !known) {
            return reserved(out);
        }
        helper(out, MipsHelper.RDHWR, target(MipsWord.rt(word)), ZERO, rd);
        return true;
    }

    private static boolean cp0(BlockBuilder out, int word) {
        int rs = MipsWord.rs(word);
        int rt = MipsWord.rt(word);
        int register = register(word);
        if ((rs & 0x10) != 0) {
            return operation(out, MipsWord.function(word));
        }
        switch (rs) {
            case 0 -> {
                if (rt != ZERO && Cp0.slot(register) != 0) {
                    out.slots(Op.MOV, rt, Cp0.slot(register), ZERO);
                } else if (rt != ZERO) {
                    helper(out, MipsHelper.MFC0, rt, ZERO, register);
                }
            }
            case MOVE_TO -> moveTo(out, register, rt);
            case 10, 14 -> out.slots(Op.MOV, target(MipsWord.rd(word)), rt, ZERO);
            case INTERRUPTS -> {
                if (MipsWord.rd(word) != 12 || (word & 0x1f) != 0) {
                    return reserved(out);
                }
                if (enablesInterrupts(word)) {
                    helper(out, MipsHelper.ENABLE_INTERRUPTS, target(rt), ZERO, 0);
                } else {
                    StatusLifter.setInterruptEnable(out, target(rt), 0);
                }
            }
            default -> {
                return reserved(out);
            }
        }
        return true;
    }

    private static void moveTo(BlockBuilder out, int register, int rt) {
        switch (register) {
            case Cp0.EPC -> out.slots(Op.MOV, MipsSlots.EPC, rt, ZERO);
            case Cp0.ENTRY_LO0, Cp0.ENTRY_LO1 -> out.immediate(Op.ANDI, Cp0.slot(register), rt, Cp0Writes.ENTRY_LO);
            case Cp0.CONTEXT -> {
                out.immediate(Op.ANDI, T0, rt, Cp0Writes.CONTEXT);
                out.immediate(Op.ANDI, T1, MipsSlots.CONTEXT, ~Cp0Writes.CONTEXT);
                out.slots(Op.OR, MipsSlots.CONTEXT, T0, T1);
            }
            default -> helper(out, MipsHelper.MTC0, ZERO, rt, register);
        }
    }

    private static boolean operation(BlockBuilder out, int function) {
        int helper = switch (function) {
            case 0x01 -> MipsHelper.TLBR;
            case 0x02 -> MipsHelper.TLBWI;
            case 0x06 -> MipsHelper.TLBWR;
            case 0x08 -> MipsHelper.TLBP;
            case 0x18 -> MipsHelper.ERET;
            case 0x20 -> MipsHelper.WAIT;
            default -> -1;
        };
        if (helper < 0) {
            return reserved(out);
        }
        helper(out, helper, ZERO, ZERO, 0);
        if (helper == MipsHelper.ERET) {
            out.immediate(Op.EXIT_SET, ZERO, ZERO, 0);
            return false;
        }
        return true;
    }

    private static void helper(BlockBuilder out, int number, int d, int a, int operand) {
        out.immediate(Op.HELPER, d, a, number | operand << MipsHelper.SHIFT);
    }

    private static boolean reserved(BlockBuilder out) {
        return raise(out, MipsException.RESERVED_INSTRUCTION);
    }

    private static boolean raise(BlockBuilder out, int exception) {
        out.immediate(Op.RAISE, ZERO, ZERO, exception);
        return false;
    }

    private static int target(int register) {
        return register == ZERO ? NOWHERE : register;
    }
}
